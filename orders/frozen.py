"""The database freezes what is released: revisions, and everything that belongs to them, whoever writes."""

_REVISIONS = ("orders_productrevision", "orders_routingrevision")
_PARTS = (
    "orders_bomline",
    "orders_operation",
    "orders_operationedge",
    "orders_operationqualification",
    "orders_step",
)

_FUNCTIONS = """
CREATE FUNCTION refuse_frozen_revision() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.status = 'DRAFT' THEN
        RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
    END IF;
    -- Of a released revision only the status still changes, and only to obsolete.
    IF TG_OP = 'UPDATE' AND (to_jsonb(NEW) - 'status') = (to_jsonb(OLD) - 'status')
       AND (NEW.status = OLD.status OR (OLD.status = 'RELEASED' AND NEW.status = 'OBSOLETE')) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'A released revision is frozen: % refused.', lower(TG_OP)
        USING ERRCODE = 'restrict_violation', HINT = 'Make a new revision and change that.';
END $$;

CREATE FUNCTION refuse_frozen_part() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    part jsonb; found text;
BEGIN
    FOREACH part IN ARRAY ARRAY[CASE WHEN TG_OP <> 'INSERT' THEN to_jsonb(OLD) END,
                                CASE WHEN TG_OP <> 'DELETE' THEN to_jsonb(NEW) END] LOOP
        -- FOR SHARE waits for a release that is under way, so that nothing slips in beside it.
        FOR found IN
            SELECT status FROM orders_productrevision WHERE id = (part ->> 'product_revision_id')::uuid FOR SHARE
        LOOP
            CALL refuse_unless_draft(found, TG_OP);
        END LOOP;
        -- An edge belongs to its own revision, and to that of each operation it joins.
        FOR found IN
            SELECT status FROM orders_routingrevision
            WHERE id = (part ->> 'routing_revision_id')::uuid OR id IN (
                SELECT routing_revision_id FROM orders_operation
                WHERE id IN ((part ->> 'operation_id')::uuid, (part ->> 'before_id')::uuid, (part ->> 'after_id')::uuid)
            ) FOR SHARE
        LOOP
            CALL refuse_unless_draft(found, TG_OP);
        END LOOP;
    END LOOP;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;

CREATE PROCEDURE refuse_unless_draft(status text, operation text) LANGUAGE plpgsql AS $$
BEGIN
    IF status <> 'DRAFT' THEN
        RAISE EXCEPTION 'It belongs to a released revision, which is frozen: % refused.', lower(operation)
            USING ERRCODE = 'restrict_violation', HINT = 'Make a new revision and change that.';
    END IF;
END $$;
"""

_REVISION_TRIGGERS = [
    f"CREATE TRIGGER frozen BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_frozen_revision();"
    for table in _REVISIONS
]
_PART_TRIGGERS = [
    f"CREATE TRIGGER frozen BEFORE INSERT OR UPDATE OR DELETE ON {table} "
    "FOR EACH ROW EXECUTE FUNCTION refuse_frozen_part();"
    for table in _PARTS
]

FROZEN = "\n".join([_FUNCTIONS, *_REVISION_TRIGGERS, *_PART_TRIGGERS])

NOT_FROZEN = "\n".join(
    [f"DROP TRIGGER frozen ON {table};" for table in (*_REVISIONS, *_PARTS)]
    + ["DROP FUNCTION refuse_frozen_revision();", "DROP FUNCTION refuse_frozen_part();"]
    + ["DROP PROCEDURE refuse_unless_draft(text, text);"]
)
