-- Tells every dapur on this database that its catalog changed. Made once, by whoever is a superuser first;
-- roles are the whole server's and have no event triggers, so the watcher still looks, though less often.
-- Temporary objects and REFRESH change nothing that a request looks up.
DO $install$
BEGIN
    PERFORM pg_catalog.pg_advisory_xact_lock(7233186512301);
    IF EXISTS (SELECT FROM pg_catalog.pg_event_trigger WHERE evtname = 'dapur_catalog_dropped') THEN
        RETURN;
    END IF;
    CREATE SCHEMA IF NOT EXISTS dapur;

    CREATE OR REPLACE FUNCTION dapur.catalog_changed() RETURNS event_trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $body$
    BEGIN
        IF tg_tag <> 'REFRESH MATERIALIZED VIEW' AND EXISTS (
            SELECT FROM pg_event_trigger_ddl_commands() WHERE schema_name IS DISTINCT FROM 'pg_temp'
        ) THEN
            NOTIFY dapur_catalog;
        END IF;
    END
    $body$;

    CREATE OR REPLACE FUNCTION dapur.catalog_dropped() RETURNS event_trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $body$
    BEGIN
        IF EXISTS (SELECT FROM pg_event_trigger_dropped_objects() WHERE NOT is_temporary) THEN
            NOTIFY dapur_catalog;
        END IF;
    END
    $body$;

    CREATE EVENT TRIGGER dapur_catalog_changed ON ddl_command_end
        EXECUTE FUNCTION dapur.catalog_changed();
    CREATE EVENT TRIGGER dapur_catalog_dropped ON sql_drop
        EXECUTE FUNCTION dapur.catalog_dropped();
END
$install$
