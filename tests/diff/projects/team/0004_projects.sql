create table public.projects (
  id bigint generated always as identity primary key,
  org_id bigint not null references public.orgs on delete cascade,
  key text not null,
  name text not null,
  archived boolean not null default false,
  unique (org_id, key)
);
create table public.tasks (
  id bigint generated always as identity primary key,
  project_id bigint not null references public.projects on delete cascade,
  number int not null,
  title text not null,
  done boolean default false,
  assignee uuid references public.profiles on delete set null,
  points numeric(5,1),
  labels text[] not null default '{}',
  due date,
  extra jsonb,
  unique (project_id, number)
);
create table public.events (id bigserial primary key, org_id bigint, what text not null, was jsonb, became jsonb);
alter table public.projects enable row level security;
alter table public.tasks enable row level security;
alter table public.events enable row level security;
create policy projects_read on public.projects for select to authenticated using (public.is_member(org_id));
create policy projects_write on public.projects for all to authenticated
  using (public.has_role(org_id, 'admin')) with check (public.has_role(org_id, 'admin'));
create policy tasks_all on public.tasks to authenticated using (true);
drop policy tasks_all on public.tasks;
create policy tasks_read on public.tasks for select to authenticated
  using (exists (select 1 from public.projects p where p.id = project_id));
create policy tasks_write on public.tasks for all to authenticated
  using (exists (select 1 from public.projects p where p.id = project_id and public.has_role(p.org_id, 'member')))
  with check (exists (select 1 from public.projects p where p.id = project_id and not p.archived and public.has_role(p.org_id, 'member')));
create policy events_admin on public.events for select to authenticated using (public.has_role(org_id, 'admin'));

create function public.number_task() returns trigger language plpgsql security definer set search_path = public as $$
begin
  if new.number is null then
    select coalesce(max(t.number), 0) + 1 into new.number from tasks t where t.project_id = new.project_id;
  end if;
  new.title := trim(new.title);
  return new;
end $$;
create trigger tasks_number before insert on public.tasks for each row execute function public.number_task();

create function public.log_task() returns trigger language plpgsql security definer set search_path = public as $$
declare
  org bigint;
begin
  select org_id into org from projects where id = coalesce(new.project_id, old.project_id);
  if tg_op = 'UPDATE' then
    if old.done is distinct from new.done then
      insert into events (org_id, what, was, became) values (org, 'task done', to_jsonb(old.done), to_jsonb(new.done));
    end if;
  elsif tg_op = 'DELETE' then
    insert into events (org_id, what, was) values (org, 'task deleted', jsonb_build_object('number', old.number, 'title', old.title));
  else
    insert into events (org_id, what, became) values (org, 'task made', jsonb_build_object('number', new.number, 'title', new.title));
  end if;
  return null;
end $$;
create trigger tasks_log after insert or update or delete on public.tasks for each row execute function public.log_task();

create or replace view public.board with (security_invoker = true) as
  select p.org_id, p.key || '-' || t.number as ref, t.title, t.done, t.points, pr.full_name as who
  from public.tasks t join public.projects p on p.id = t.project_id
  left join public.profiles pr on pr.id = t.assignee;
alter table public.tasks alter column done set not null;
alter table public.tasks add column priority smallint;
update public.tasks set priority = 3 where priority is null;
alter table public.tasks alter column priority set default 3;
alter table public.tasks add constraint tasks_priority_check check (priority between 1 and 5);
do $$
begin
  if not exists (select 1 from information_schema.columns
                 where table_schema = 'public' and table_name = 'tasks' and column_name = 'closed_by') then
    alter table public.tasks add column closed_by uuid;
  end if;
  if exists (select from pg_constraint where conname = 'orgs_seats_check') then
    alter table public.orgs drop constraint orgs_seats_check;
  end if;
end $$;
alter table public.orgs add constraint orgs_seats_check check (seats between 1 and 500);
