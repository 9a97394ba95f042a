"""The database freezes what is released: revisions, and everything that belongs to them, whoever writes."""

_REVISIONS = ("orders_productrevision", "orders_routingrevision")
_PARTS = (
    "orders_bomline",
    "orders_operation",
    "orders_operationedge",
    "orders_operationqualification",
    "orders_step",
)

_MORE_PARTS = ("orders_bomsubstitute", "orders_operationasset", "orders_instructionfile")

FUNCTIONS = """
CREATE OR REPLACE FUNCTION refuse_frozen_revision() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.status = 'DRAFT' THEN RETURN NEW; END IF;
        RAISE EXCEPTION 'A revision begins as a draft, then it is approved, then released.'
            USING ERRCODE = 'restrict_violation', HINT = 'Approve and release it.';
    END IF;
    IF OLD.status = 'DRAFT' THEN
        IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
        IF NEW.status IN ('DRAFT', 'APPROVED') THEN RETURN NEW; END IF;
        RAISE EXCEPTION 'A draft is approved before it is anything else.'
            USING ERRCODE = 'restrict_violation', HINT = 'Approve it, and let another person release it.';
    END IF;
    -- Of an approved one only the release, or the way back to a draft; of a released one only that it is obsolete,
    -- and the end of its effectivity.
    IF TG_OP = 'UPDATE' AND (
        (OLD.status = 'APPROVED' AND NEW.status IN ('APPROVED', 'RELEASED', 'DRAFT')
         AND to_jsonb(NEW) - ARRAY['status', 'approved_at', 'approved_by_id', 'released_at', 'released_by_id']
           = to_jsonb(OLD) - ARRAY['status', 'approved_at', 'approved_by_id', 'released_at', 'released_by_id']
         AND (NEW.status = 'DRAFT' OR NEW.approved_by_id = OLD.approved_by_id))
        OR (OLD.status IN ('RELEASED', 'OBSOLETE') AND NEW.status IN (OLD.status, 'OBSOLETE')
            AND to_jsonb(NEW) - ARRAY['status', 'effective_to'] = to_jsonb(OLD) - ARRAY['status', 'effective_to'])
    ) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'A revision is frozen from its approval on: % refused.', lower(TG_OP)
        USING ERRCODE = 'restrict_violation', HINT = 'Make a new revision and change that.';
END $$;

CREATE OR REPLACE FUNCTION refuse_frozen_part() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    part jsonb; found text;
BEGIN
    FOREACH part IN ARRAY ARRAY[CASE WHEN TG_OP <> 'INSERT' THEN to_jsonb(OLD) END,
                                CASE WHEN TG_OP <> 'DELETE' THEN to_jsonb(NEW) END] LOOP
        -- FOR SHARE waits for a release that is under way, so that nothing slips in beside it.
        FOR found IN
            SELECT status FROM orders_productrevision
            -- An array, because an OR over a sub-select would read every revision there is, for each part.
            WHERE id = ANY (ARRAY(
                SELECT (part ->> 'product_revision_id')::uuid UNION ALL
                SELECT product_revision_id FROM orders_bomline WHERE id = (part ->> 'bom_line_id')::uuid
            )) FOR SHARE
        LOOP
            CALL refuse_unless_draft(found, TG_OP);
        END LOOP;
        -- An edge belongs to its own revision, and to that of each operation it joins.
        FOR found IN
            SELECT status FROM orders_routingrevision
            WHERE id = ANY (ARRAY(
                SELECT (part ->> 'routing_revision_id')::uuid UNION ALL
                SELECT routing_revision_id FROM orders_operation
                WHERE id IN ((part ->> 'operation_id')::uuid, (part ->> 'before_id')::uuid, (part ->> 'after_id')::uuid)
            )) FOR SHARE
        LOOP
            CALL refuse_unless_draft(found, TG_OP);
        END LOOP;
        -- Asked only of a file, so that this holds before there are instructions.
        IF part ? 'instruction_revision_id' THEN
            SELECT status INTO found FROM orders_instructionrevision
            WHERE id = (part ->> 'instruction_revision_id')::uuid FOR SHARE;
            CALL refuse_unless_draft(coalesce(found, 'DRAFT'), TG_OP);
        END IF;
    END LOOP;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;

CREATE OR REPLACE PROCEDURE refuse_unless_draft(status text, operation text) LANGUAGE plpgsql AS $$
BEGIN
    IF status <> 'DRAFT' THEN
        RAISE EXCEPTION 'It belongs to a revision that is frozen from its approval on: % refused.', lower(operation)
            USING ERRCODE = 'restrict_violation', HINT = 'Make a new revision and change that.';
    END IF;
END $$;
"""


def _triggers(revisions: tuple[str, ...], parts: tuple[str, ...]) -> str:
    return "\n".join(
        [
            f"CREATE TRIGGER frozen BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION refuse_frozen_revision();"
            for table in revisions
        ]
        + [
            f"CREATE TRIGGER frozen BEFORE INSERT OR UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION refuse_frozen_part();"
            for table in parts
        ]
    )


FROZEN = FUNCTIONS + _triggers(_REVISIONS, _PARTS)
NOT_FROZEN = "\n".join(
    [f"DROP TRIGGER frozen ON {table};" for table in (*_REVISIONS, *_PARTS)]
    + ["DROP FUNCTION refuse_frozen_revision();", "DROP FUNCTION refuse_frozen_part();"]
    + ["DROP PROCEDURE refuse_unless_draft(text, text);"]
)

# No way around the approval: a revision is a draft first, whoever inserts it.
BEGINS_AS_DRAFT = FUNCTIONS + "\n".join(
    f"CREATE TRIGGER begins_as_draft BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_frozen_revision();"
    for table in (*_REVISIONS, "orders_instructionrevision")
)
BEGINS_ANYHOW = "\n".join(
    f"DROP TRIGGER begins_as_draft ON {table};" for table in (*_REVISIONS, "orders_instructionrevision")
)

# Instructions, substitutes and assets came later; the functions are replaced, for databases that have older ones.
MORE_FROZEN = FUNCTIONS + _triggers(("orders_instructionrevision",), _MORE_PARTS)
MORE_NOT_FROZEN = "\n".join(
    f"DROP TRIGGER frozen ON {table};" for table in ("orders_instructionrevision", *_MORE_PARTS)
)

# And setpoints, later still.
SETPOINTS_FROZEN = _triggers((), ("orders_operationsetpoint",))
SETPOINTS_NOT_FROZEN = "DROP TRIGGER frozen ON orders_operationsetpoint;"
