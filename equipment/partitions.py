"""The tables of samples and rollups, and what keeps configuration and collector in step: SQL of the migration.

The application's role may not alter tables, so partitions are made and dropped by functions that run with their
owner's rights and do nothing else.
"""

TABLES = """
CREATE TABLE equipment_sample (
    series_id integer NOT NULL,
    at timestamptz NOT NULL,
    value double precision,
    text varchar(250),
    quality smallint NOT NULL,
    CONSTRAINT sample_is_number_or_text CHECK (value IS NULL OR text IS NULL),
    CONSTRAINT sample_has_value_or_is_bad
        CHECK (quality BETWEEN 0 AND 255 AND (quality < 64 OR num_nonnulls(value, text) = 1)),
    CONSTRAINT sample_is_a_number CHECK (value <> 'NaN' AND abs(value) <> 'Infinity')
) PARTITION BY RANGE (at);
-- A slot is stored once, whoever read it; and history is read by series.
CREATE UNIQUE INDEX sample_once ON equipment_sample (series_id, at);

CREATE TABLE equipment_rollup (
    series_id integer NOT NULL,
    width_s smallint NOT NULL CHECK (width_s IN (1, 60)),
    at timestamptz NOT NULL,
    least double precision,
    most double precision,
    total double precision,
    last double precision,
    count integer NOT NULL,
    samples integer NOT NULL,
    good integer NOT NULL
) PARTITION BY RANGE (at);
CREATE UNIQUE INDEX rollup_once ON equipment_rollup (series_id, width_s, at);

CREATE FUNCTION equipment_make_partitions(first_date date, last_date date) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET lock_timeout = '2s' AS $$
DECLARE
    parent text; the_date date; partition text; made integer := 0;
BEGIN
    IF last_date - first_date > 400 OR first_date < current_date - 400 OR last_date > current_date + 400 THEN
        RAISE EXCEPTION 'partitions are made for days around today, not from % to %', first_date, last_date;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtext('equipment_make_partitions'));
    FOREACH parent IN ARRAY ARRAY['equipment_sample', 'equipment_rollup'] LOOP
        FOR the_date IN SELECT generate_series(first_date, last_date, '1 day')::date LOOP
            partition := parent || to_char(the_date, '_YYYYMMDD');
            CONTINUE WHEN to_regclass(partition) IS NOT NULL;
            -- Made first and attached then: attaching does not keep readers and writers of the parent waiting.
            EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', partition, parent);
            EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', parent, partition,
                the_date::timestamp AT TIME ZONE 'UTC', (the_date + 1)::timestamp AT TIME ZONE 'UTC');
            made := made + 1;
        END LOOP;
    END LOOP;
    RETURN made;
END $$;

-- What is older than the plant keeps; the last 30 days stay whoever asks.
CREATE FUNCTION equipment_drop_partitions(parent text, before_date date) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET lock_timeout = '2s' AS $$
DECLARE
    partition regclass; dropped integer := 0;
BEGIN
    IF parent NOT IN ('equipment_sample', 'equipment_rollup') OR before_date > current_date - 30 THEN
        RAISE EXCEPTION 'only samples and rollups older than 30 days are dropped';
    END IF;
    FOR partition IN
        SELECT inhrelid::regclass FROM pg_inherits WHERE inhparent = parent::regclass
           AND inhrelid::regclass::text < parent || to_char(before_date, '_YYYYMMDD')
    LOOP
        EXECUTE format('DROP TABLE %s', partition);
        dropped := dropped + 1;
    END LOOP;
    RETURN dropped;
END $$;
"""

NO_TABLES = """
DROP FUNCTION equipment_drop_partitions(text, date);
DROP FUNCTION equipment_make_partitions(date, date);
DROP TABLE equipment_rollup;
DROP TABLE equipment_sample;
"""

# Whoever changes configuration, by whichever way: its collector sees it, and samples keep their meaning.
_FUNCTIONS = """
CREATE OR REPLACE FUNCTION equipment_connection_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        BEGUN
    ELSE
        CHANGED WHERE connection_id = NEW.id;
    END IF;
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION equipment_security_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    CHANGED
        WHERE connection_id IN (SELECT id FROM equipment_connection WHERE security_id = NEW.id);
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION equipment_tag_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    CHANGED
        WHERE connection_id IN (NEW.connection_id, OLD.connection_id);
    IF TG_OP = 'INSERT' OR (OLD.value_type, OLD.quantity_unit) IS DISTINCT FROM (NEW.value_type, NEW.quantity_unit) THEN
        INSERT INTO equipment_series (tag_id, version, value_type, quantity_unit, began_at)
            SELECT NEW.id, coalesce(max(version), 0) + 1, NEW.value_type, NEW.quantity_unit, now()
              FROM equipment_series WHERE tag_id = NEW.id;
    END IF;
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION equipment_state_changed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    wanted uuid;
BEGIN
    IF TG_TABLE_NAME = 'equipment_stateterm' THEN
        SELECT connection_id INTO wanted FROM equipment_statecondition
            WHERE id = CASE WHEN TG_OP = 'DELETE' THEN OLD.condition_id ELSE NEW.condition_id END;
        IF TG_OP <> 'DELETE'
            AND wanted IS DISTINCT FROM (SELECT connection_id FROM equipment_tag WHERE id = NEW.tag_id)
        THEN
            RAISE EXCEPTION 'the tag belongs to another connection than the condition'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'state_term_of_connection';
        END IF;
    ELSE
        wanted := CASE WHEN TG_OP = 'DELETE' THEN OLD.connection_id ELSE NEW.connection_id END;
    END IF;
    CHANGED WHERE connection_id = wanted;
    RETURN NULL;
END $$;
"""

_LEASE_BEGUN = "INSERT INTO equipment_connectionlease (connection_id, owner) VALUES (NEW.id, '');"


def _functions(begun: str, changed: str) -> str:
    """begun: for a new connection; changed: counts a change, of the connections that its WHERE names."""
    return _FUNCTIONS.replace("BEGUN", begun).replace("CHANGED", changed)


# As it was at first: counted in the lease, which whoever changed something kept locked to the end.
IN_LEASE = _functions(_LEASE_BEGUN, "UPDATE equipment_connectionlease SET wanted_version = wanted_version + 1")
APART = _functions(
    _LEASE_BEGUN + " INSERT INTO equipment_configurationversion (connection_id) VALUES (NEW.id);",  # noqa: S608
    "UPDATE equipment_configurationversion SET number = number + 1",
)

IN_STEP = (
    IN_LEASE
    + """
CREATE TRIGGER in_step AFTER INSERT OR UPDATE ON equipment_connection
    FOR EACH ROW EXECUTE FUNCTION equipment_connection_changed();
CREATE TRIGGER in_step AFTER UPDATE ON equipment_securityprofile
    FOR EACH ROW EXECUTE FUNCTION equipment_security_changed();
CREATE TRIGGER in_step AFTER INSERT OR UPDATE ON equipment_tag
    FOR EACH ROW EXECUTE FUNCTION equipment_tag_changed();
CREATE TRIGGER in_step AFTER INSERT OR UPDATE OR DELETE ON equipment_statecondition
    FOR EACH ROW EXECUTE FUNCTION equipment_state_changed();
CREATE TRIGGER in_step AFTER INSERT OR UPDATE OR DELETE ON equipment_stateterm
    FOR EACH ROW EXECUTE FUNCTION equipment_state_changed();
"""
)

NOT_IN_STEP = """
DROP TRIGGER in_step ON equipment_stateterm;
DROP TRIGGER in_step ON equipment_statecondition;
DROP FUNCTION equipment_state_changed();
DROP TRIGGER in_step ON equipment_tag;
DROP FUNCTION equipment_tag_changed();
DROP TRIGGER in_step ON equipment_securityprofile;
DROP FUNCTION equipment_security_changed();
DROP TRIGGER in_step ON equipment_connection;
DROP FUNCTION equipment_connection_changed();
"""
