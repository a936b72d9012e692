create function public.add(a integer, b integer default 1) returns integer
    language sql immutable as $$ select a + b $$;

create function public.whoami() returns json
    language sql stable as $$ select json_build_object('uid', auth.uid(), 'role', auth.role()) $$;

create function public.open_tasks(lowest integer default 1) returns setof public.tasks
    language sql stable as $$ select * from public.tasks where not done and priority >= lowest $$;

create function public.project_named(wanted text) returns public.projects
    language sql stable as $$ select * from public.projects where name = wanted $$;

create function public.names() returns setof text
    language sql stable as $$ select name from public.projects order by name $$;

create function public.totals() returns table (org_id bigint, total numeric)
    language sql stable as $$ select p.org_id, sum(p.budget) from public.projects p group by p.org_id $$;

create function public.finish(task bigint) returns public.tasks
    language sql
as $$
    select dapur.raise('P0002', 'no such task', 'Looked for ' || coalesce(task::text, 'null'), 'Ask for another.')
    where not exists (select 1 from public.tasks t where t.id = task);
    update public.tasks set done = true where id = task returning *;
$$;

create function public.nothing() returns void
    language sql as $$ select null where false $$;

create function public.fail_with(code text) returns text
    language sql as $$ select dapur.raise(code, 'as you wish', 'a detail', 'a hint') $$;

create function public.for_the_service() returns text
    language sql as $$ select 'hello' $$;
revoke execute on function public.for_the_service () from public, anon, authenticated;

create view public.active_projects with (security_invoker = true) as
    select id, org_id, name, budget from public.projects where active;

create function public.header_of(name text) returns text
    language sql stable as $$ select current_setting('request.headers', true)::json ->> name $$;

create function public.setting_of(name text) returns text
    language sql stable as $$ select current_setting(name, true) $$;

create function public.teapot() returns text
    language sql
as $$
    select set_config('response.headers', '[{"X-Kettle": "full"}]', true);
    select set_config('response.status', '418', true);
    select 'short and stout'::text;
$$;

create function public.bad_headers() returns text
    language sql
as $$
    select set_config('response.headers', '{"X-Kettle": "full"}', true);
    select 'x'::text;
$$;

create function public.set_headers(list text) returns text
    language sql
as $$
    select set_config('response.headers', list, true);
    select 'x'::text;
$$;

create function public.fail_saying(message text, detail text, hint text) returns text
    language sql as $$ select dapur.raise('P0001', message, detail, hint) $$;
