"""The database freezes what is released: revisions, and everything that belongs to them, whoever writes."""

_REVISIONS = ("orders_productrevision", "orders_routingrevision")
_PARTS = {
    "orders_bomline": "product_revision",
    "orders_operation": "routing_revision",
    "orders_operationedge": "routing_revision",
    "orders_operationqualification": "operation",
    "orders_step": "operation",
}

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
        CONTINUE WHEN part IS NULL;
        -- FOR SHARE waits for a release that is under way, so that nothing slips in beside it.
        IF TG_ARGV[0] = 'product_revision' THEN
            SELECT status INTO found FROM orders_productrevision
                WHERE id = (part ->> 'product_revision_id')::uuid FOR SHARE;
        ELSIF TG_ARGV[0] = 'routing_revision' THEN
            SELECT status INTO found FROM orders_routingrevision
                WHERE id = (part ->> 'routing_revision_id')::uuid FOR SHARE;
        ELSE
            SELECT r.status INTO found
                FROM orders_routingrevision r JOIN orders_operation o ON o.routing_revision_id = r.id
                WHERE o.id = (part ->> 'operation_id')::uuid FOR SHARE OF r;
        END IF;
        IF found <> 'DRAFT' THEN
            RAISE EXCEPTION 'It belongs to a released revision, which is frozen: % refused.', lower(TG_OP)
                USING ERRCODE = 'restrict_violation', HINT = 'Make a new revision and change that.';
        END IF;
    END LOOP;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
"""

_REVISION_TRIGGERS = [
    f"CREATE TRIGGER frozen BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_frozen_revision();"
    for table in _REVISIONS
]
_PART_TRIGGERS = [
    f"CREATE TRIGGER frozen BEFORE INSERT OR UPDATE OR DELETE ON {table} "
    f"FOR EACH ROW EXECUTE FUNCTION refuse_frozen_part('{parent}');"
    for table, parent in _PARTS.items()
]

FROZEN = "\n".join([_FUNCTIONS, *_REVISION_TRIGGERS, *_PART_TRIGGERS])

NOT_FROZEN = "\n".join(
    [f"DROP TRIGGER frozen ON {table};" for table in (*_REVISIONS, *_PARTS)]
    + ["DROP FUNCTION refuse_frozen_revision();", "DROP FUNCTION refuse_frozen_part();"]
)
