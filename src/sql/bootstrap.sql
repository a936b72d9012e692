-- The tables of bookkeeping that every database has. Run once, as supabase_admin, when the file is
-- made; roles, schemas and default privileges are catalog_bootstrap.c's.

-- As the Supabase CLI has it.
create table supabase_migrations.schema_migrations (
    version text primary key,
    statements text[],
    name text
);

create table dapur.migrations (
    file text primary key,
    sha256 text not null,
    applied_at timestamptz not null default now()
);

grant usage, create on schema supabase_migrations to postgres;
grant all on supabase_migrations.schema_migrations to postgres;
grant all on dapur.migrations to postgres;

comment on table dapur.migrations is 'Which migration files ran, with the hash of what they held.';
