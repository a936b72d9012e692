-- What a catalog snapshot holds, in one round trip and seen at one moment. One result per SELECT, in the
-- order of enum catalog_query (catalog_rows.h), each ordered by what catalog_rows.c joins it by.
-- Temporary objects are a session's own, and what PostgreSQL itself consists of is not listed, but for
-- its types: result columns have them. pg_catalog comes first in the path, so that no object of
-- a user stands for one of PostgreSQL's, and expressions come out with their schemas.
BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;
SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL jit = off;
SET LOCAL statement_timeout = '60s';
SET LOCAL lock_timeout = '10s';

-- roles
SELECT r.oid, r.rolname, r.rolsuper, r.rolinherit, r.rolcreaterole, r.rolcreatedb, r.rolcanlogin,
       r.rolreplication, r.rolbypassrls, r.rolconfig, d.description
FROM pg_roles r
LEFT JOIN pg_shdescription d ON d.objoid = r.oid AND d.classoid = 'pg_authid'::regclass
ORDER BY r.oid;

-- memberships. From version 16 on one may be of no use (neither SET nor INHERIT), or be given twice.
SELECT m.member, m.roleid, bool_or(m.admin_option)
FROM pg_auth_members m
WHERE coalesce((to_jsonb(m) ->> 'set_option')::bool, true)
   OR coalesce((to_jsonb(m) ->> 'inherit_option')::bool, true)
GROUP BY m.member, m.roleid
ORDER BY m.member, m.roleid;

-- schemas
SELECT n.oid, n.nspname, n.nspowner, n.nspacl, d.description
FROM pg_namespace n
LEFT JOIN pg_description d
    ON d.objoid = n.oid AND d.classoid = 'pg_namespace'::regclass AND d.objsubid = 0
WHERE n.nspname !~ '^pg_(toast|temp_|toast_temp_)'
ORDER BY n.oid;

-- relations. Last, whether an update may be dropped: row triggers before it (1, 2, 16), or what lies below.
SELECT c.oid, c.relnamespace, c.relname, c.relkind, c.relowner, c.reltype, c.relacl, c.relnatts,
       c.relrowsecurity, c.relforcerowsecurity, c.relreplident, c.reloptions, d.description,
       c.relkind IN ('v', 'p', 'f') OR c.relhastriggers AND EXISTS (
           SELECT FROM pg_trigger t WHERE t.tgrelid = c.oid AND t.tgtype & 19 = 19 AND t.tgenabled <> 'D')
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_description d
    ON d.objoid = c.oid AND d.classoid = 'pg_class'::regclass AND d.objsubid = 0
WHERE c.relkind IN ('r', 'p', 'f', 'v', 'm', 'c', 'S') AND c.relpersistence <> 't'
  AND n.nspname !~ '^pg_(toast|temp_|toast_temp_|catalog$)' AND n.nspname <> 'information_schema'
ORDER BY c.oid;

-- columns
SELECT a.attrelid, a.attnum, a.attname, a.atttypid, a.atttypmod, a.attnotnull, a.attidentity,
       a.attgenerated <> '', pg_get_expr(e.adbin, e.adrelid), a.attacl, d.description
FROM pg_attribute a
JOIN pg_class c ON c.oid = a.attrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_attrdef e ON e.adrelid = a.attrelid AND e.adnum = a.attnum
LEFT JOIN pg_description d
    ON d.objoid = c.oid AND d.classoid = 'pg_class'::regclass AND d.objsubid = a.attnum
WHERE a.attnum > 0 AND NOT a.attisdropped
  AND c.relkind IN ('r', 'p', 'f', 'v', 'm', 'c') AND c.relpersistence <> 't'
  AND n.nspname !~ '^pg_(toast|temp_|toast_temp_|catalog$)' AND n.nspname <> 'information_schema'
ORDER BY a.attrelid, a.attnum;

-- sequences, each with the column that owns it
SELECT s.seqrelid, s.seqtypid, s.seqstart, s.seqincrement, s.seqmin, s.seqmax, s.seqcache, s.seqcycle,
       d.refobjid, d.refobjsubid
FROM pg_sequence s
LEFT JOIN pg_depend d
    ON d.classid = 'pg_class'::regclass AND d.objid = s.seqrelid AND d.objsubid = 0
    AND d.refclassid = 'pg_class'::regclass AND d.refobjsubid > 0 AND d.deptype IN ('a', 'i')
ORDER BY s.seqrelid;

-- keys. What a partition inherits of foreign keys would be a second relationship of the same.
SELECT k.conrelid, k.oid, k.conname, k.contype, k.conkey, k.conindid, k.confrelid, k.confkey,
       k.confupdtype, k.confdeltype, k.confmatchtype, k.confdelsetcols, k.condeferrable, k.condeferred,
       coalesce(i.indnullsnotdistinct, false), d.description
FROM pg_constraint k
LEFT JOIN pg_index i ON i.indexrelid = k.conindid AND k.contype IN ('p', 'u')
LEFT JOIN pg_description d
    ON d.objoid = k.oid AND d.classoid = 'pg_constraint'::regclass AND d.objsubid = 0
WHERE k.conrelid <> 0 AND k.conkey IS NOT NULL
  AND (k.contype IN ('p', 'u') OR (k.contype = 'f' AND k.conparentid = 0))
ORDER BY k.conrelid, k.conname, k.oid;

-- indexes that are in force
SELECT i.indrelid, i.indexrelid, c.relname, m.amname, i.indisunique, i.indisprimary,
       i.indnullsnotdistinct,
       EXISTS (SELECT FROM pg_constraint k
               WHERE k.conindid = i.indexrelid AND k.contype IN ('p', 'u', 'x')),
       i.indnkeyatts, i.indkey, i.indoption,
       CASE WHEN i.indexprs IS NOT NULL THEN
           ARRAY(SELECT pg_get_indexdef(i.indexrelid, n, false)
                 FROM generate_series(1, i.indnkeyatts) n ORDER BY n) END,
       pg_get_expr(i.indpred, i.indrelid), d.description
FROM pg_index i
JOIN pg_class c ON c.oid = i.indexrelid
JOIN pg_namespace s ON s.oid = c.relnamespace
JOIN pg_am m ON m.oid = c.relam
LEFT JOIN pg_description d
    ON d.objoid = c.oid AND d.classoid = 'pg_class'::regclass AND d.objsubid = 0
WHERE i.indisvalid AND i.indislive AND c.relpersistence <> 't'
  AND s.nspname !~ '^pg_(toast|temp_|toast_temp_|catalog$)' AND s.nspname <> 'information_schema'
ORDER BY i.indrelid, c.relname;

-- policies
SELECT p.polrelid, p.oid, p.polname, p.polcmd, p.polpermissive, array_to_string(p.polroles, ' '),
       pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid), d.description
FROM pg_policy p
LEFT JOIN pg_description d
    ON d.objoid = p.oid AND d.classoid = 'pg_policy'::regclass AND d.objsubid = 0
ORDER BY p.polrelid, p.polname;

-- types; element: of true arrays, not of point and int2vector
SELECT t.oid, t.typnamespace, t.typname, t.typtype, t.typcategory, t.typispreferred, t.typarray,
       e.oid, e.typdelim, t.typbasetype, t.typtypmod, t.typnotnull, t.typdefault, t.typrelid, t.typowner,
       t.typacl, d.description
FROM pg_type t
JOIN pg_namespace n ON n.oid = t.typnamespace
LEFT JOIN pg_type e ON e.oid = t.typelem AND e.typarray = t.oid
LEFT JOIN pg_description d
    ON d.objoid = t.oid AND d.classoid = 'pg_type'::regclass AND d.objsubid = 0
    AND t.oid >= 16384
WHERE t.typisdefined AND n.nspname !~ '^pg_(toast|temp_|toast_temp_)'
ORDER BY t.oid;

-- labels of enums
SELECT e.enumtypid, e.enumlabel FROM pg_enum e ORDER BY e.enumtypid, e.enumsortorder;

-- checks of domains
SELECT k.contypid, k.conname, pg_get_expr(k.conbin, 0)
FROM pg_constraint k
WHERE k.contypid <> 0 AND k.contype = 'c'
ORDER BY k.contypid, k.conname;

-- functions and procedures
SELECT p.oid, p.pronamespace, p.proname, p.proowner, p.proacl, p.prokind, l.lanname,
       coalesce(array_to_string(p.proallargtypes, ' '), p.proargtypes::text), p.proargmodes,
       p.proargnames,
       CASE WHEN p.pronargdefaults > 0 THEN
           ARRAY(SELECT pg_get_function_arg_default(p.oid, n)
                 FROM generate_series(1, coalesce(cardinality(p.proallargtypes), p.pronargs)) n
                 ORDER BY n) END,
       p.prorettype, p.proretset, p.provolatile, p.proisstrict, p.prosecdef, p.proleakproof, p.proconfig,
       p.prorows, d.description
FROM pg_proc p
JOIN pg_namespace n ON n.oid = p.pronamespace
JOIN pg_language l ON l.oid = p.prolang
LEFT JOIN pg_description d
    ON d.objoid = p.oid AND d.classoid = 'pg_proc'::regclass AND d.objsubid = 0
WHERE p.prokind IN ('f', 'p')
  AND n.nspname !~ '^pg_(toast|temp_|toast_temp_|catalog$)' AND n.nspname <> 'information_schema'
ORDER BY p.oid;

-- extensions
SELECT x.oid, x.extname, x.extnamespace, x.extversion, d.description
FROM pg_extension x
LEFT JOIN pg_description d
    ON d.objoid = x.oid AND d.classoid = 'pg_extension'::regclass AND d.objsubid = 0
ORDER BY x.oid;

-- whether anything may ask for request.headers and the like: by their names, by current_setting of a name
-- that is computed, or in a language that we do not read. Making text of a tree is dear, and a tree that
-- does not call current_setting asks for nothing: its function's number is looked for first.
WITH calls(pattern) AS MATERIALIZED (
    SELECT format('funcid (%s|%s) ', 'current_setting(text)'::regprocedure::oid,
                  'current_setting(text,bool)'::regprocedure::oid)
), texts(text) AS (
    SELECT p.prosrc FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang
    WHERE l.lanname IN ('sql', 'plpgsql') AND p.prosqlbody IS NULL AND p.oid >= 16384
    UNION ALL
    SELECT pg_get_function_sqlbody(p.oid) FROM pg_proc p, calls
    WHERE p.prosqlbody::text ~ pattern AND p.oid >= 16384
    UNION ALL
    SELECT unnest(ARRAY[pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid)])
    FROM pg_policy p, calls WHERE concat(p.polqual, p.polwithcheck) ~ pattern
    UNION ALL
    SELECT pg_get_viewdef(r.ev_class) FROM pg_rewrite r, calls
    WHERE r.ev_action::text ~ pattern AND r.oid >= 16384
    UNION ALL
    SELECT pg_get_expr(e.adbin, e.adrelid) FROM pg_attrdef e, calls WHERE e.adbin::text ~ pattern
    UNION ALL
    SELECT pg_get_constraintdef(k.oid) FROM pg_constraint k, calls
    WHERE k.contype = 'c' AND k.conbin::text ~ pattern AND k.oid >= 16384
    UNION ALL
    SELECT pg_get_triggerdef(t.oid) FROM pg_trigger t, calls
    WHERE NOT t.tgisinternal AND t.tgqual::text ~ pattern
)
SELECT EXISTS (SELECT FROM texts WHERE text ~* 'request\.(?!jwt)|current_setting\s*\(\s*[^''\s]')
    OR EXISTS (SELECT FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang
               WHERE l.lanname NOT IN ('sql', 'plpgsql', 'internal', 'c') AND p.oid >= 16384);

COMMIT;
