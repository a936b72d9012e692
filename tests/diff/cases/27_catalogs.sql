-- pg_catalog and information_schema: the columns that tools read, by names and not by oids.
create type mood as enum ('sad', 'ok', 'happy');
create domain positive as integer check (value > 0);
create domain email as varchar(80) default 'a@b' not null check (value like '%@%');
create domain amounts as numeric(8, 3);
create type address as (street text, city varchar(40));
create table teams (
    id bigint generated always as identity primary key,
    name text not null unique,
    created_at timestamptz not null default now(),
    founded date default current_date,
    updated_at timestamp default timezone('utc', now()),
    stamp timestamptz(3) default current_timestamp
);
create table people (
    id serial primary key,
    team_id bigint references teams (id) on update set null on delete cascade,
    name varchar(40) not null default 'nobody',
    code char(4) default 'ab',
    mail email,
    age positive,
    feeling mood default 'ok',
    home address,
    tags text[] not null default '{}',
    numbers integer[] default array[1, 2],
    score numeric(10, 2) default 0 check (score >= 0),
    ratio double precision default 1.5,
    wait interval default '1 day',
    data jsonb default '{}'::jsonb,
    owner uuid default gen_random_uuid(),
    active boolean default true,
    small smallint default -1,
    full_name text generated always as (name || '!') stored,
    unique (team_id, name),
    constraint name_fine check (length(name) > 1 and name <> 'x')
);
create table notes (
    person integer references people on delete set null deferrable initially deferred,
    team bigint,
    "Title" text,
    primary key (person, team),
    constraint by_team foreign key (team) references teams (id) on delete set default,
    check ("Title" is not null or person > 0),
    check (team in (1, 2, 3))
);
comment on table people is 'who';
comment on column people.name is 'what they are called';
comment on constraint name_fine on people is 'fine';
comment on type mood is 'how';
create index people_lower on people (lower(name));
create index people_partial on people (team_id desc, age nulls first) include (name) where age > 3;
create unique index people_expr on people ((score * 2), name);
create index people_flags on people (active) where feeling = 'ok' and name is not null;
create view adults with (security_invoker = true) as select id, name, age from people where age >= 18;
create view team_sizes as select t.name, count(*) as n from teams t left join people p on p.team_id = t.id group by t.name;
create view named with (security_barrier) as select id, name, upper(name) as shout from people with local check option;
create function full_title(p people) returns text language sql stable as $$ select p.name || '!' $$;
create function add(a integer, b integer default 2) returns integer language sql immutable strict as $$ select a + b $$;
create function found(q text) returns table (id integer, name text) language sql security definer set search_path = public as $$ select id, name from people where name = q $$;
create function both_of(integer, out x integer, out y text) language sql as $$ select 1, 'a' $$;
create function many(text[], variadic numeric[]) returns setof people language sql as $$ select * from people $$;
comment on function add(integer, integer) is 'adds';
revoke execute on function add(integer, integer) from public, anon;
alter table people enable row level security;
create policy own on people for select to authenticated using (owner = auth.uid());
create policy ins on people as restrictive for insert with check (name <> 'root' and score > 0);
create policy two on people for update to authenticated, anon using (true) with check (age between 1 and 5 or feeling in ('ok', 'sad'));
create policy not_those on people for delete using (not active and name not in ('a', 'b') and coalesce(small, 0) < 3);
create policy claims on people for all to service_role using ((auth.jwt() ->> 'role') = 'x' and auth.role() is distinct from 'y');
create function touch() returns trigger language plpgsql as $$ begin return new; end $$;
create trigger touched before insert or update of name, score on people for each row when (new.name is not null and new.score > 1) execute function touch('a', 'b');
create trigger noted after delete or update on people for each statement execute function touch();
create trigger again before update on people for each row when (old.score is distinct from new.score) execute procedure touch();
create constraint trigger later after insert on notes deferrable initially deferred for each row execute function touch();
create trigger instead instead of insert on team_sizes for each row execute function touch();
comment on trigger noted on people is 'notes';
create sequence counter as integer increment 5 start 10 maxvalue 1000 cycle;
create sequence lone;
create schema private;
create table private.secrets (id integer primary key, body text default null);
create publication changes for table people, teams;
revoke all on teams from anon;
grant select (id, name) on teams to anon;
grant update (name) on teams to anon with grant option;
revoke insert, update, delete on notes from authenticated;
-- as: owner
select table_name, table_type, is_insertable_into, is_typed from information_schema.tables where table_schema in ('public', 'private') order by 1;
select table_name, column_name, ordinal_position, column_default, is_nullable, data_type, character_maximum_length, character_octet_length, numeric_precision, numeric_precision_radix, numeric_scale, datetime_precision, interval_type from information_schema.columns where table_schema in ('public', 'private') order by 1, 3;
select table_name, column_name, domain_schema, domain_name, udt_catalog = table_catalog, udt_schema, udt_name, dtd_identifier, is_identity, identity_generation, identity_start, identity_increment, identity_maximum, identity_minimum, identity_cycle, is_generated, generation_expression, is_updatable from information_schema.columns where table_schema in ('public', 'private') order by 1, ordinal_position;
select constraint_name, table_name, constraint_type, is_deferrable, initially_deferred, enforced from information_schema.table_constraints where table_schema = 'public' and constraint_name not like '%_not_null' order by 1, 2;
select table_name, count(*) from information_schema.table_constraints where table_schema = 'public' and constraint_name like '%_not_null' group by 1 order by 1;
select constraint_name, table_name, column_name, ordinal_position, position_in_unique_constraint from information_schema.key_column_usage where table_schema = 'public' order by 1, 4;
select constraint_name, unique_constraint_schema, unique_constraint_name, match_option, update_rule, delete_rule from information_schema.referential_constraints where constraint_schema = 'public' order by 1;
select constraint_name, table_name, column_name from information_schema.constraint_column_usage where table_schema = 'public' order by 1, 2, 3;
select constraint_name, table_name from information_schema.constraint_table_usage where table_schema = 'public' order by 1, 2;
select constraint_name, check_clause from information_schema.check_constraints where constraint_schema = 'public' and constraint_name not like '%_not_null' order by 1;
select check_clause, count(*) from information_schema.check_constraints where constraint_schema = 'public' and constraint_name like '%_not_null' group by 1 order by 1;
select schema_name, schema_owner from information_schema.schemata where schema_name in ('public', 'private', 'extensions') order by 1;
select table_name, check_option, is_updatable, is_insertable_into, is_trigger_updatable from information_schema.views where table_schema = 'public' order by 1;
select sequence_name, data_type, numeric_precision, numeric_precision_radix, numeric_scale, start_value, minimum_value, maximum_value, increment, cycle_option from information_schema.sequences where sequence_schema = 'public' order by 1;
select domain_name, data_type, character_maximum_length, numeric_precision, numeric_scale, domain_default, udt_name from information_schema.domains where domain_schema = 'public' order by 1;
select constraint_name, domain_name from information_schema.domain_constraints where domain_schema = 'public' order by 1;
select object_name, object_type, collection_type_identifier, data_type, udt_name from information_schema.element_types where object_schema = 'public' and object_type = 'TABLE' order by 1, 3;
select routine_name, routine_type, data_type, type_udt_schema, type_udt_name, routine_body, routine_definition, external_language, is_deterministic, is_null_call, security_type, dtd_identifier from information_schema.routines where routine_schema = 'public' order by 1;
select r.routine_name, p.ordinal_position, p.parameter_mode, p.parameter_name, p.data_type, p.udt_name, p.parameter_default from information_schema.parameters p join information_schema.routines r using (specific_name) where r.routine_schema = 'public' order by 1, 2;
select grantor, grantee, table_name, privilege_type, is_grantable, with_hierarchy from information_schema.role_table_grants where table_schema = 'public' order by 3, 2, 4;
select grantee, table_name, column_name, privilege_type, is_grantable from information_schema.column_privileges where table_schema = 'public' and table_name = 'teams' and grantee = 'anon' order by 1, 2, 3, 4;
select grantee, routine_name, is_grantable from information_schema.routine_privileges where routine_schema = 'public' order by 2, 1;
select grantor, grantee, object_name, object_type, is_grantable from information_schema.usage_privileges where object_schema = 'public' order by 3, 2;
select * from information_schema.information_schema_catalog_name limit 0;
select event_object_table, trigger_name, event_manipulation, action_order, action_condition, action_statement, action_orientation, action_timing, action_reference_new_table from information_schema.triggers where event_object_schema = 'public' order by 1, 2, 3;
select tgrelid::regclass, tgname, tgfoid::regproc, tgtype, tgenabled, tgisinternal, tgdeferrable, tginitdeferred, tgnargs, tgattr, tgargs, tgconstraint <> 0, pg_get_triggerdef(oid), pg_get_triggerdef(oid, true), obj_description(oid, 'pg_trigger') from pg_trigger where not tgisinternal and tgrelid in ('people'::regclass, 'notes'::regclass, 'team_sizes'::regclass) order by 1, 2;
select * from unnest(array[1, 2, 3], array['a', null]) with ordinality as x (n, t, o);
select unnest(array['a', 'b']) as t, generate_subscripts(array[7, 8, 9], 1) as n, 'x' as c;
select attname, atttypid = any ('{int, text, "varchar"}'::regtype[]) from pg_attribute where attrelid = 'people'::regclass and attnum between 1 and 4 order by 1;
select c.relname, p.privilege_type, p.is_grantable, p.grantee::regrole::text from pg_class c, aclexplode(c.relacl) as p where c.relname = 'notes' and c.relkind = 'r' order by 2, 4;
select tgname, t.tableoid::regclass, pg_relation_is_updatable('team_sizes', true) from pg_trigger t where tgname = 'noted';
select schemaname, tablename, tableowner, tablespace, hasindexes, hasrules, hastriggers, rowsecurity from pg_tables where schemaname in ('public', 'private') order by 2;
select schemaname, viewname, viewowner from pg_views where schemaname = 'public' order by 2;
select tablename, indexname, indexdef from pg_indexes where schemaname in ('public', 'private') order by 2;
select tablename, policyname, permissive, roles, cmd, qual, with_check from pg_policies where schemaname = 'public' order by 2;
select sequencename, sequenceowner, data_type, start_value, min_value, max_value, increment_by, cycle, cache_size from pg_sequences where schemaname = 'public' order by 1;
select matviewname from pg_matviews where schemaname = 'public';
select * from pg_publication_tables order by 3;
select pubname, puballtables, pubinsert, pubupdate, pubdelete, pubtruncate from pg_publication;
select pr.prrelid::regclass::text from pg_publication_rel pr order by 1;
select nspname, pg_get_userbyid(nspowner) from pg_namespace where nspname in ('public', 'private', 'auth') order by 1;
select relname, relkind, relpersistence, relnatts, relchecks, relhasindex, relhasrules, relhastriggers, relrowsecurity, relforcerowsecurity, relispartition, relreplident, reloptions, relispopulated, relhassubclass, relisshared, reltype <> 0 as typed, reltablespace, am.amname from pg_class c left join pg_am am on am.oid = c.relam where relnamespace = 'public'::regnamespace order by 1;
select relname, (select array_agg(x::text order by x::text) from unnest(c.relacl) as x) from pg_class c where relnamespace = 'public'::regnamespace and relkind in ('r', 'v') order by 1;
select c.relname, attname, attnum, format_type(atttypid, atttypmod), atttypid::regtype, atttypmod, attnotnull, atthasdef, attidentity, attgenerated, attisdropped, attlen, attbyval, attalign, attstorage, attndims, attcollation, attacl from pg_attribute a join pg_class c on c.oid = attrelid where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'v', 'c') and attnum > 0 order by 1, 3;
select c.relname, d.adnum, pg_get_expr(d.adbin, d.adrelid) from pg_attrdef d join pg_class c on c.oid = d.adrelid where c.relnamespace = 'public'::regnamespace order by 1, 2;
select indexrelid::regclass, indrelid::regclass, indnatts, indnkeyatts, indisunique, indisprimary, indimmediate, indisvalid, indkey, indoption, indnullsnotdistinct, pg_get_expr(indexprs, indrelid), pg_get_expr(indpred, indrelid) from pg_index where indrelid in (select oid from pg_class where relnamespace = 'public'::regnamespace) order by indexrelid::regclass::text;
select conname, contype, condeferrable, condeferred, convalidated, conrelid::regclass, confrelid::regclass, conindid::regclass, conkey, confkey, confupdtype, confdeltype, confmatchtype, conislocal, contypid::regtype from pg_constraint where connamespace = 'public'::regnamespace order by conname, conrelid::regclass::text;
select conname, pg_get_constraintdef(oid) from pg_constraint where connamespace = 'public'::regnamespace order by conname, conrelid::regclass::text;
select typname, typtype, typcategory, typispreferred, typlen, typbyval, typdelim, typrelid::regclass, typelem::regtype, typarray::regtype, typnotnull, typbasetype::regtype, typtypmod, typndims, typdefault, typcollation from pg_type where typname in ('mood', 'positive', 'email', 'address', 'int4', '_int4', 'text', '_text', 'numeric', 'uuid', 'jsonb', 'timestamptz', 'record', 'void', 'regclass', 'name', 'bool', 'people') order by 1;
select t.typname, e.enumlabel, e.enumsortorder from pg_enum e join pg_type t on t.oid = e.enumtypid where t.typnamespace = 'public'::regnamespace order by 1, 3;
select proname, prokind, prosecdef, proleakproof, proisstrict, proretset, provolatile, pronargs, pronargdefaults, prorettype::regtype, proargtypes, proallargtypes::regtype[], proargmodes, proargnames, prosrc, proconfig, provariadic::regtype, l.lanname, prorows from pg_proc p join pg_language l on l.oid = p.prolang where pronamespace = 'public'::regnamespace and proname <> 'full_title' and proname <> 'many' order by 1;
select oid::regprocedure, pg_get_function_arguments(oid), pg_get_function_identity_arguments(oid), pg_get_function_result(oid) from pg_proc where pronamespace = 'public'::regnamespace order by proname;
select pg_get_functiondef('found'::regproc), pg_get_functiondef('add(integer, integer)'::regprocedure);
select rolname, rolsuper, rolinherit, rolcreaterole, rolcreatedb, rolcanlogin, rolreplication, rolbypassrls, rolconnlimit, rolpassword from pg_roles where rolname in ('anon', 'authenticated', 'authenticator', 'dashboard_user', 'postgres', 'service_role', 'supabase_admin', 'supabase_auth_admin') order by 1;
select r.rolname, m.rolname, a.admin_option from pg_auth_members a join pg_roles r on r.oid = a.roleid join pg_roles m on m.oid = a.member where m.rolname in ('anon', 'authenticated', 'authenticator', 'dashboard_user', 'postgres', 'service_role', 'supabase_admin', 'supabase_auth_admin') and r.rolname !~ '^(pg_|r[0-9])' order by 1, 2;
select seqrelid::regclass, seqtypid::regtype, seqstart, seqincrement, seqmax, seqmin, seqcache, seqcycle from pg_sequence join pg_class c on c.oid = seqrelid where c.relnamespace = 'public'::regnamespace order by seqrelid::regclass::text;
select objoid::regclass, objsubid, description from pg_description where classoid = 'pg_class'::regclass and objoid = 'people'::regclass order by 2;
select obj_description('people'::regclass, 'pg_class'), obj_description('people'::regclass), col_description('people'::regclass, 3), obj_description('mood'::regtype, 'pg_type'), obj_description('add(integer,integer)'::regprocedure, 'pg_proc'), shobj_description('postgres'::regrole, 'pg_authid');
select classid::regclass, d.objid::regclass, refobjid::regclass, refobjsubid, deptype from pg_depend d join pg_class c on c.oid = d.objid and d.classid = 'pg_class'::regclass where c.relkind = 'S' and c.relnamespace = 'public'::regnamespace and d.refclassid = 'pg_class'::regclass order by 2;
select polname, polcmd, polpermissive, polroles::regrole[], pg_get_expr(polqual, polrelid) from pg_policy where polrelid = 'people'::regclass and polname = 'own';
select datname, pg_encoding_to_char(encoding), datcollate, datallowconn from pg_database where false;
select pg_get_serial_sequence('people', 'id'), pg_get_serial_sequence('public.teams', 'id'), pg_get_serial_sequence('people', 'name');
select 'people'::regclass::text, 'public.people'::regclass::text, 'private.secrets'::regclass::text, 'people_pkey'::regclass::text, 'pg_class'::regclass::oid, 'pg_catalog.pg_class'::regclass::text, 'integer'::regtype::oid, 'timestamp with time zone'::regtype::text, 'mood[]'::regtype::text, 'add'::regproc::text, 'public.add(integer, integer)'::regprocedure::text, 'anon'::regrole::text, 'private'::regnamespace::text;
select to_regclass('people') is not null, to_regclass('nothing'), to_regtype('int'), to_regtype('nothing'), to_regproc('add') is not null, to_regprocedure('add(integer)'), to_regnamespace('private')::text, to_regnamespace('nope'), to_regrole('anon')::text;
select ('priv' || 'ate.secrets')::text::regclass::text, (select relname from pg_class where oid = (c.s || '.' || c.t)::regclass) from (values ('private', 'secrets')) as c (s, t);
select format_type(1043, 14), format_type(1043, null), format_type(1042, null), format_type(1042, -1), format_type(1700, 655366), format_type(23, null), format_type(1009, null), format_type(0, null), format_type(null, 1), format_type(1184, 3);
select current_schema(), (current_schemas(true))[1:2], (current_schemas(false))[1];
select pg_table_is_visible('people'::regclass), pg_table_is_visible('private.secrets'::regclass), pg_type_is_visible('mood'::regtype), pg_type_is_visible('int4'::regtype), pg_function_is_visible('add'::regproc), pg_table_is_visible(1::oid);
select pg_relation_is_updatable('people', false), pg_relation_is_updatable('team_sizes', false), pg_relation_is_updatable('named', false), pg_column_is_updatable('named', 3::int2, false);
select i.indkey[0], i.indkey[1], array_length(i.indkey, 1), array_lower(i.indkey, 1), array_upper(i.indkey, 1), array_position(i.indkey, 3::int2), 2 = any (i.indkey), i.indkey::int2[] is not null from pg_index i where i.indexrelid = 'people_team_id_name_key'::regclass;
select k, i.indkey[k], pg_get_indexdef(i.indexrelid, k + 1, true) from pg_index i, generate_subscripts(i.indkey, 1) as k where i.indexrelid = 'people_partial'::regclass order by k;
select a.attname, k.n from pg_index i, unnest(i.indkey) with ordinality as k (num, n) join pg_attribute a on a.attnum = k.num where a.attrelid = i.indrelid and i.indexrelid = 'people_partial'::regclass order by k.n;
select '1 2 3'::int2vector, '23 25'::oidvector, to_json('people'::regclass), to_jsonb('1 2'::int2vector), oidvectortypes('23 1009'::oidvector), array_agg(x::regtype) from (values (23), (25)) as v (x);
select has_table_privilege('people', 'SELECT'), has_table_privilege('anon', 'teams', 'SELECT'), has_table_privilege('anon', 'public.notes', 'SELECT, INSERT'), has_table_privilege('authenticated', 'notes'::regclass, 'UPDATE'), has_table_privilege('public', 'people', 'SELECT'), has_table_privilege('people', 'SELECT WITH GRANT OPTION'), has_table_privilege('pg_class', 'select'), has_table_privilege(1::oid, 'select');
select has_column_privilege('anon', 'teams', 'id', 'SELECT'), has_column_privilege('anon', 'teams', 2::int2, 'UPDATE'), has_column_privilege('anon', 'teams', 'name', 'UPDATE WITH GRANT OPTION'), has_column_privilege('anon', 'teams', 'created_at', 'SELECT'), has_any_column_privilege('anon', 'teams', 'UPDATE'), has_any_column_privilege('anon', 'teams', 'INSERT');
select has_schema_privilege('anon', 'public', 'USAGE'), has_schema_privilege('anon', 'private', 'USAGE'), has_schema_privilege('private', 'CREATE'), has_function_privilege('anon', 'add(integer, integer)', 'EXECUTE'), has_function_privilege('full_title(people)', 'EXECUTE'), has_sequence_privilege('anon', 'counter', 'USAGE'), has_type_privilege('anon', 'mood', 'USAGE');
select pg_has_role('anon', 'MEMBER'), pg_has_role('anon', 'USAGE'), pg_has_role('anon', 'postgres', 'MEMBER'), pg_has_role('postgres', 'anon', 'MEMBER WITH ADMIN OPTION'), row_security_active('people');
-- error: 42P01
select 'nothing'::regclass;
-- error: 42704
select 'nothing'::regtype;
-- error: 42883
select 'nothing'::regproc;
-- error: 3F000
select 'nothing'::regnamespace;
-- error: 22023
select has_table_privilege('people', 'EVERYTHING');
-- error: 42704
select has_table_privilege('nobody', 'people', 'SELECT');
select has_table_privilege('nobody', 'no table', 'nothing');
select has_table_privilege('999', 'SELECT');
select has_table_privilege(' public . people ', 'SELECT'), has_table_privilege('"people"', 'SELECT');
select has_table_privilege('no.people', 'SELECT');
select has_sequence_privilege('no_table', 'nothing');
select has_schema_privilege('"public"', 'USAGE');
select to_regrole('a.b');
-- error: 42501
update pg_class set relname = 'x';
-- error: 42501
delete from pg_catalog.pg_attribute;
-- error: 55000
insert into information_schema.tables (table_name) values ('x');
-- error: 42703
select nothing from pg_class;
select c.relname, (select count(*) from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped) from pg_class c where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace order by 1;
-- as: alice
select table_name from information_schema.tables where table_schema in ('public', 'private') order by 1;
select table_name, column_name, is_nullable, column_default from information_schema.columns where table_schema in ('public', 'private') and table_name = 'notes' order by 1, ordinal_position;
select table_name, constraint_name from information_schema.table_constraints where table_schema in ('public', 'private') and constraint_name not like '%_not_null' order by 1, 2;
select constraint_name, column_name from information_schema.key_column_usage where table_schema in ('public', 'private') order by 1, 2;
select constraint_name from information_schema.check_constraints where constraint_schema = 'public' order by 1;
select grantee, table_name, privilege_type from information_schema.role_table_grants where table_schema = 'public' order by 2, 1, 3;
select grantee, table_name, privilege_type from information_schema.table_privileges where table_schema = 'public' order by 2, 1, 3;
select routine_name, routine_definition from information_schema.routines where routine_schema = 'public' order by 1;
select schema_name from information_schema.schemata where schema_name in ('public', 'private') order by 1;
select table_name, view_definition from information_schema.views where table_schema = 'public' order by 1;
select role_name from information_schema.enabled_roles order by 1;
select relname from pg_class where relnamespace = 'private'::regnamespace order by 1;
select tablename, policyname from pg_policies where schemaname = 'public' order by 2;
select has_table_privilege('people', 'SELECT'), has_table_privilege('notes', 'UPDATE'), pg_has_role('anon', 'USAGE'), pg_has_role('authenticated', 'USAGE'), row_security_active('people'), has_schema_privilege('private', 'USAGE');
-- error: 42501
update pg_class set relname = 'x';
-- as: anon
select table_name from information_schema.tables where table_schema in ('public', 'private') order by 1;
select table_name, column_name from information_schema.columns where table_schema = 'public' and table_name = 'teams' order by 1, ordinal_position;
select grantee, table_name, column_name, privilege_type from information_schema.column_privileges where table_schema = 'public' and table_name = 'teams' order by 1, 2, 3, 4;
select routine_name from information_schema.routines where routine_schema = 'public' order by 1;
select sequence_name from information_schema.sequences where sequence_schema = 'public' order by 1;
select has_table_privilege('teams', 'SELECT'), has_column_privilege('teams', 'id', 'SELECT'), has_any_column_privilege('teams', 'SELECT'), has_function_privilege('add(integer, integer)', 'EXECUTE');
