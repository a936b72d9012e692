-- What a project assumes of a PostgreSQL database, made where it is missing (bootstrap.c runs it at
-- each start). The same set that the embedded engine has: sql/catalog_bootstrap.c, sql/bootstrap.sql.
--
-- Each step begins with a line of its own:
--   --! condition   missing when true; about roles: an administrator's work where the login may not
--   --? condition   missing when true; the login's work once the roles are there
--   --~ condition   missing when true; without it the server starts, with a warning
-- Stand-ins: :login is who we connect as, :migrator who runs migrations, :database; :'login' and so
-- on are the same as text, :'settable' the kind of membership that SET ROLE takes.
--
-- Roles get less than on the embedded engine: no LOGIN, because it would be one without a password,
-- and no CREATEROLE, because a login that is their member would have it too.

--! NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'anon')
CREATE ROLE anon NOLOGIN NOINHERIT;
--! NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'authenticated')
CREATE ROLE authenticated NOLOGIN NOINHERIT;
--! NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'service_role')
CREATE ROLE service_role NOLOGIN NOINHERIT BYPASSRLS;
--! EXISTS (SELECT FROM pg_roles WHERE rolname = 'service_role' AND NOT rolbypassrls AND NOT rolsuper)
ALTER ROLE service_role BYPASSRLS;
--! NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'authenticator')
CREATE ROLE authenticator NOLOGIN NOINHERIT;
--! NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'supabase_admin')
CREATE ROLE supabase_admin NOLOGIN NOINHERIT;
--! NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'supabase_auth_admin')
CREATE ROLE supabase_auth_admin NOLOGIN NOINHERIT;
--! NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'dashboard_user')
CREATE ROLE dashboard_user NOLOGIN;
--~ NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'postgres') AND (SELECT rolsuper FROM pg_roles WHERE rolname = session_user)
CREATE ROLE postgres NOLOGIN CREATEROLE CREATEDB REPLICATION BYPASSRLS;

--! NOT pg_has_role('authenticator', 'anon', 'MEMBER') OR NOT pg_has_role('authenticator', 'authenticated', 'MEMBER') OR NOT pg_has_role('authenticator', 'service_role', 'MEMBER')
GRANT anon, authenticated, service_role TO authenticator;
--! NOT pg_has_role(session_user, 'anon', :'settable') OR NOT pg_has_role(session_user, 'authenticated', :'settable') OR NOT pg_has_role(session_user, 'service_role', :'settable')
GRANT anon, authenticated, service_role TO :login;
--! NOT pg_has_role(session_user, 'supabase_auth_admin', :'settable')
GRANT supabase_auth_admin TO :login;
--! :'migrator' <> session_user AND (NOT pg_has_role(:'migrator', 'anon', 'MEMBER') OR NOT pg_has_role(:'migrator', 'authenticated', 'MEMBER') OR NOT pg_has_role(:'migrator', 'service_role', 'MEMBER') OR NOT pg_has_role(:'migrator', 'authenticator', 'MEMBER'))
GRANT anon, authenticated, service_role, authenticator TO :migrator WITH ADMIN OPTION;

-- The role that runs migrations makes schemas, and tables in public.
--? NOT has_database_privilege(:'migrator', current_database(), 'CREATE')
GRANT CREATE ON DATABASE :database TO :migrator;
--? NOT has_schema_privilege(:'migrator', 'public', 'CREATE') OR NOT has_schema_privilege(:'migrator', 'public', 'USAGE')
GRANT USAGE, CREATE ON SCHEMA public TO :migrator WITH GRANT OPTION;
--? NOT has_schema_privilege('anon', 'public', 'USAGE') OR NOT has_schema_privilege('authenticated', 'public', 'USAGE') OR NOT has_schema_privilege('service_role', 'public', 'USAGE')
GRANT USAGE ON SCHEMA public TO anon, authenticated, service_role;

--? NOT EXISTS (SELECT FROM pg_namespace WHERE nspname = 'extensions')
CREATE SCHEMA extensions AUTHORIZATION :migrator;
GRANT USAGE ON SCHEMA extensions TO anon, authenticated, service_role;
GRANT ALL ON SCHEMA extensions TO :login, dashboard_user;
--? NOT EXISTS (SELECT FROM pg_namespace WHERE nspname = 'auth')
CREATE SCHEMA auth AUTHORIZATION :login;
GRANT USAGE ON SCHEMA auth TO :migrator, anon, authenticated, service_role;
GRANT ALL ON SCHEMA auth TO supabase_auth_admin;
--? NOT EXISTS (SELECT FROM pg_namespace WHERE nspname = 'storage')
CREATE SCHEMA storage AUTHORIZATION :login;
GRANT USAGE ON SCHEMA storage TO :migrator, anon, authenticated, service_role;
GRANT ALL ON SCHEMA storage TO dashboard_user;
--? NOT EXISTS (SELECT FROM pg_namespace WHERE nspname = 'realtime')
CREATE SCHEMA realtime AUTHORIZATION :login;
GRANT USAGE ON SCHEMA realtime TO :migrator, anon, authenticated, service_role;
GRANT ALL ON SCHEMA realtime TO dashboard_user;
--? NOT EXISTS (SELECT FROM pg_namespace WHERE nspname = 'graphql_public')
CREATE SCHEMA graphql_public AUTHORIZATION :login;
GRANT USAGE ON SCHEMA graphql_public TO :migrator, anon, authenticated, service_role;
--? NOT EXISTS (SELECT FROM pg_namespace WHERE nspname = 'supabase_migrations')
CREATE SCHEMA supabase_migrations AUTHORIZATION :migrator;
GRANT USAGE ON SCHEMA supabase_migrations TO :login;
--? NOT EXISTS (SELECT FROM pg_namespace WHERE nspname = 'dapur')
CREATE SCHEMA dapur AUTHORIZATION :login;
GRANT USAGE ON SCHEMA dapur TO :migrator, anon, authenticated, service_role;

-- As on Supabase: whatever the migrations make in public, API roles may use; policies say which rows. Each role sets its
-- own: for another's, version 16 asks for a membership that inherits.
--? NOT EXISTS (SELECT FROM pg_default_acl d, aclexplode(d.defaclacl) a WHERE d.defaclrole = :'migrator'::regrole AND d.defaclnamespace = 'public'::regnamespace AND d.defaclobjtype = 'r' AND a.grantee = 'anon'::regrole)
SET LOCAL ROLE :migrator;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT ALL ON TABLES TO :migrator, anon, authenticated, service_role;
RESET ROLE;
--? NOT EXISTS (SELECT FROM pg_default_acl d, aclexplode(d.defaclacl) a WHERE d.defaclrole = :'migrator'::regrole AND d.defaclnamespace = 'public'::regnamespace AND d.defaclobjtype = 'S' AND a.grantee = 'anon'::regrole)
SET LOCAL ROLE :migrator;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT ALL ON SEQUENCES TO :migrator, anon, authenticated, service_role;
RESET ROLE;
--? NOT EXISTS (SELECT FROM pg_default_acl d, aclexplode(d.defaclacl) a WHERE d.defaclrole = :'migrator'::regrole AND d.defaclnamespace = 'public'::regnamespace AND d.defaclobjtype = 'f' AND a.grantee = 'anon'::regrole)
SET LOCAL ROLE :migrator;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT ALL ON FUNCTIONS TO :migrator, anon, authenticated, service_role;
RESET ROLE;
-- Tables of the project refer to auth.users.
--? pg_has_role(session_user, 'supabase_auth_admin', :'settable') AND to_regclass('auth.users') IS NULL AND NOT EXISTS (SELECT FROM pg_default_acl WHERE defaclrole = 'supabase_auth_admin'::regrole AND defaclnamespace = 'auth'::regnamespace AND defaclobjtype = 'r')
SET LOCAL ROLE supabase_auth_admin;
ALTER DEFAULT PRIVILEGES IN SCHEMA auth GRANT ALL ON TABLES TO :migrator, dashboard_user;
RESET ROLE;
--? pg_has_role(session_user, 'supabase_auth_admin', :'settable') AND to_regclass('auth.users') IS NULL AND NOT EXISTS (SELECT FROM pg_default_acl WHERE defaclrole = 'supabase_auth_admin'::regrole AND defaclnamespace = 'auth'::regnamespace AND defaclobjtype = 'S')
SET LOCAL ROLE supabase_auth_admin;
ALTER DEFAULT PRIVILEGES IN SCHEMA auth GRANT ALL ON SEQUENCES TO :migrator, dashboard_user;
RESET ROLE;
--? pg_has_role(session_user, 'supabase_auth_admin', :'settable') AND to_regclass('auth.users') IS NULL AND NOT EXISTS (SELECT FROM pg_default_acl WHERE defaclrole = 'supabase_auth_admin'::regrole AND defaclnamespace = 'auth'::regnamespace AND defaclobjtype = 'f')
SET LOCAL ROLE supabase_auth_admin;
ALTER DEFAULT PRIVILEGES IN SCHEMA auth GRANT ALL ON FUNCTIONS TO :migrator, dashboard_user;
RESET ROLE;

-- Only where nobody chose another path: names in extensions resolve as on the embedded engine.
--? current_setting('search_path') = '"$user", public' AND NOT EXISTS (SELECT FROM pg_db_role_setting s, pg_database d WHERE d.oid = s.setdatabase AND d.datname = current_database() AND s.setconfig::text LIKE '%search_path=%')
ALTER DATABASE :database SET search_path TO "$user", public, extensions;

--~ NOT EXISTS (SELECT FROM pg_extension WHERE extname = 'pgcrypto')
CREATE EXTENSION pgcrypto SCHEMA extensions;
--~ NOT EXISTS (SELECT FROM pg_extension WHERE extname = 'uuid-ossp')
CREATE EXTENSION "uuid-ossp" SCHEMA extensions;

-- Who asks. A database that has these keeps its own.
--? to_regprocedure('auth.jwt()') IS NULL
CREATE FUNCTION auth.jwt() RETURNS jsonb LANGUAGE sql STABLE AS $$
    SELECT nullif(current_setting('request.jwt.claims', true), '')::jsonb
$$;
--? to_regprocedure('auth.uid()') IS NULL
CREATE FUNCTION auth.uid() RETURNS uuid LANGUAGE sql STABLE AS $$
    SELECT CASE WHEN nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub'
                     LIKE '________-____-____-____-____________'
           THEN (nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub')::uuid END
$$;
--? to_regprocedure('auth.role()') IS NULL
CREATE FUNCTION auth.role() RETURNS text LANGUAGE sql STABLE AS $$
    SELECT nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'role'
$$;
--? to_regprocedure('auth.email()') IS NULL
CREATE FUNCTION auth.email() RETURNS text LANGUAGE sql STABLE AS $$
    SELECT nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'email'
$$;
--? to_regprocedure('storage.foldername(text)') IS NULL
CREATE FUNCTION storage.foldername(name text) RETURNS text[] LANGUAGE sql IMMUTABLE STRICT AS $$
    SELECT (string_to_array(name, '/'))[1:cardinality(string_to_array(name, '/')) - 1]
$$;
--? to_regprocedure('storage.filename(text)') IS NULL
CREATE FUNCTION storage.filename(name text) RETURNS text LANGUAGE sql IMMUTABLE STRICT AS $$
    SELECT split_part(name, '/', -1)
$$;
--? to_regprocedure('storage.extension(text)') IS NULL
CREATE FUNCTION storage.extension(name text) RETURNS text LANGUAGE sql IMMUTABLE STRICT AS $$
    SELECT split_part(split_part(name, '/', -1), '.', -1)
$$;
--? to_regprocedure('realtime.topic()') IS NULL
CREATE FUNCTION realtime.topic() RETURNS text LANGUAGE sql STABLE AS $$
    SELECT nullif(current_setting('realtime.topic', true), '')
$$;

-- So that a function can refuse with a code and texts of its own.
--? to_regprocedure('dapur.raise(text,text,text,text)') IS NULL
CREATE FUNCTION dapur.raise(sqlstate text, message text, detail text DEFAULT NULL, hint text DEFAULT NULL)
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    code constant text := coalesce($1, 'P0001');
BEGIN
    IF code !~ '^[0-9A-Z]{5}$' THEN
        RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = format('invalid SQLSTATE code "%s"', code);
    END IF;
    RAISE EXCEPTION USING ERRCODE = code, MESSAGE = coalesce($2, ''), DETAIL = coalesce($3, ''), HINT = coalesce($4, '');
END
$$;

-- Bookkeeping.
--? to_regclass('supabase_migrations.schema_migrations') IS NULL
CREATE TABLE supabase_migrations.schema_migrations (version text PRIMARY KEY, statements text[], name text);
ALTER TABLE supabase_migrations.schema_migrations OWNER TO :login;
GRANT ALL ON supabase_migrations.schema_migrations TO :migrator;
--? NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('supabase_migrations.schema_migrations') AND attname = 'name')
ALTER TABLE supabase_migrations.schema_migrations ADD COLUMN name text;
--? to_regclass('dapur.migrations') IS NULL
CREATE TABLE dapur.migrations (file text PRIMARY KEY, sha256 text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now());
ALTER TABLE dapur.migrations OWNER TO :login;
GRANT ALL ON dapur.migrations TO :migrator;
COMMENT ON TABLE dapur.migrations IS 'Which migration files ran, with the hash of what they held.';
--? to_regclass('dapur.keys') IS NULL
CREATE TABLE dapur.keys (name text PRIMARY KEY, sealed text NOT NULL, made_at timestamptz NOT NULL DEFAULT now());
ALTER TABLE dapur.keys OWNER TO :login;
COMMENT ON TABLE dapur.keys IS 'The project''s keys, encrypted under security.secret.';
