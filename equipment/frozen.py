"""The database freezes released reason trees, whoever writes."""

FROZEN = """
CREATE FUNCTION refuse_frozen_reason_tree() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.status = 'DRAFT' THEN
        RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
    END IF;
    IF TG_OP = 'UPDATE' AND (to_jsonb(NEW) - 'status') = (to_jsonb(OLD) - 'status')
       AND (NEW.status = OLD.status OR (OLD.status = 'RELEASED' AND NEW.status = 'OBSOLETE')) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'A released reason tree is frozen: % refused.', lower(TG_OP)
        USING ERRCODE = 'restrict_violation', HINT = 'Make a new version and change that.';
END $$;

CREATE FUNCTION refuse_frozen_reason() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    found text;
BEGIN
    -- FOR SHARE waits for a release that is under way, so that nothing slips in beside it.
    FOR found IN
        SELECT status FROM equipment_reasontree
        WHERE id = ANY (ARRAY[CASE WHEN TG_OP <> 'INSERT' THEN OLD.tree_id END,
                              CASE WHEN TG_OP <> 'DELETE' THEN NEW.tree_id END]) FOR SHARE
    LOOP
        IF found <> 'DRAFT' THEN
            RAISE EXCEPTION 'It belongs to a released reason tree, which is frozen: % refused.', lower(TG_OP)
                USING ERRCODE = 'restrict_violation', HINT = 'Make a new version and change that.';
        END IF;
    END LOOP;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;

CREATE TRIGGER frozen BEFORE UPDATE OR DELETE ON equipment_reasontree
    FOR EACH ROW EXECUTE FUNCTION refuse_frozen_reason_tree();
CREATE TRIGGER frozen BEFORE INSERT OR UPDATE OR DELETE ON equipment_reason
    FOR EACH ROW EXECUTE FUNCTION refuse_frozen_reason();
"""

NOT_FROZEN = """
DROP TRIGGER frozen ON equipment_reason;
DROP TRIGGER frozen ON equipment_reasontree;
DROP FUNCTION refuse_frozen_reason();
DROP FUNCTION refuse_frozen_reason_tree();
"""
