-- A text that differs whenever something that catalog.sql reads does. A changed row has a new xmin; of
-- pg_class the columns are looked at, because its rows also change with TRUNCATE, REFRESH and a first
-- index or trigger. Rows of temporary objects are left out: they come and go. bit_xor, so that the order
-- of rows is of no concern.
BEGIN READ ONLY;
SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL jit = off;
SET LOCAL statement_timeout = '60s';
WITH schemas AS MATERIALIZED (
    SELECT n.oid, n.xmin::text::int8 AS xmin FROM pg_namespace n
    WHERE n.nspname !~ '^pg_(toast|temp_|toast_temp_)'
), relations AS MATERIALIZED (
    SELECT c.oid,
           hashtextextended(concat_ws(',', c.oid, c.relname, c.relnamespace,
               c.relkind, c.relowner, c.reltype, c.relnatts, c.relrowsecurity, c.relforcerowsecurity,
               c.relreplident, c.reloptions, c.relacl), 0) AS hash
    FROM pg_class c
    WHERE c.relnamespace IN (SELECT oid FROM schemas) AND c.relpersistence <> 't' AND c.oid >= 16384
), hashes(hash) AS (
    SELECT hashint8extended(n.oid::int8 << 32 | n.xmin, 1) FROM schemas n
    UNION ALL
    SELECT hash FROM relations
    UNION ALL
    SELECT hashint8extended(
               ((a.attrelid::int8 << 32) + (a.attnum::int8 << 16)) # a.xmin::text::int8, 2)
    FROM pg_attribute a WHERE a.attrelid IN (SELECT oid FROM relations)
    UNION ALL
    SELECT hashint8extended(e.oid::int8 << 32 | e.xmin::text::int8, 3)
    FROM pg_attrdef e WHERE e.adrelid IN (SELECT oid FROM relations)
    UNION ALL
    SELECT hashint8extended(k.oid::int8 << 32 | k.xmin::text::int8, 4)
    FROM pg_constraint k
    WHERE k.oid >= 16384 AND k.connamespace IN (SELECT oid FROM schemas)
    UNION ALL
    SELECT hashint8extended(i.indexrelid::int8 << 32 | i.xmin::text::int8, 5)
    FROM pg_index i WHERE i.indrelid IN (SELECT oid FROM relations)
    UNION ALL
    SELECT hashint8extended(p.oid::int8 << 32 | p.xmin::text::int8, 6)
    FROM pg_policy p
    UNION ALL
    SELECT hashint8extended(r.oid::int8 << 32 | r.xmin::text::int8, 31)
    FROM pg_rewrite r WHERE r.oid >= 16384
    UNION ALL
    SELECT hashint8extended(t.oid::int8 << 32 | t.xmin::text::int8, 32)
    FROM pg_trigger t WHERE NOT t.tgisinternal
    UNION ALL
    SELECT hashint8extended(t.oid::int8 << 32 | t.xmin::text::int8, 7)
    FROM pg_type t
    WHERE t.oid >= 16384 AND t.typnamespace IN (SELECT oid FROM schemas)
    UNION ALL
    SELECT hashint8extended(e.oid::int8 << 32 | e.xmin::text::int8, 8)
    FROM pg_enum e
    UNION ALL
    SELECT hashint8extended(p.oid::int8 << 32 | p.xmin::text::int8, 9)
    FROM pg_proc p
    WHERE p.oid >= 16384 AND p.pronamespace IN (SELECT oid FROM schemas)
    UNION ALL
    SELECT hashint8extended(s.seqrelid::int8 << 32 | s.xmin::text::int8, 10)
    FROM pg_sequence s WHERE s.seqrelid IN (SELECT oid FROM relations)
    UNION ALL
    SELECT hashint8extended(
               (d.objoid::int8 << 32 | d.xmin::text::int8) # d.objsubid, 11)
    FROM pg_description d WHERE d.objoid >= 16384 OR d.objoid = 2200
    UNION ALL
    SELECT hashint8extended(x.oid::int8 << 32 | x.xmin::text::int8, 12)
    FROM pg_extension x
    UNION ALL
    SELECT hashint8extended((m.roleid::int8 << 32 | m.member::int8) # m.xmin::text::int8, 13)
    FROM pg_auth_members m
    UNION ALL -- pg_authid is not everybody's to read
    SELECT hashtextextended(r::text, 14) FROM pg_roles r
    UNION ALL
    SELECT hashint8extended(d.objoid::int8 << 32 | d.xmin::text::int8, 15)
    FROM pg_shdescription d WHERE d.classoid = 'pg_authid'::regclass
)
SELECT concat(count(*), ':', bit_xor(hash)) FROM hashes;
COMMIT;
