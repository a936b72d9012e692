-- Labels move from an array to tables; stars; the settings that an org reads as a visitor.
create table public.labels (
  org_id bigint not null references public.orgs on delete cascade,
  name text not null,
  colour char(7) not null default '#888888' check (colour like '#______'),
  primary key (org_id, name)
);
create table public.stars (user_id uuid default auth.uid(), project_id bigint references public.projects on delete cascade, since date default '2026-01-05');
alter table public.stars add primary key (user_id, project_id);
alter table public.stars drop constraint stars_pkey;
alter table public.stars add constraint stars_pk primary key (user_id, project_id);
alter table public.labels enable row level security;
alter table public.stars enable row level security;
create policy labels_read on public.labels for select using (public.is_member(org_id));
create policy labels_make on public.labels for insert with check (public.has_role(org_id, 'member'));
create policy labels_drop on public.labels for delete using (public.has_role(org_id, 'admin'));
alter policy labels_drop on public.labels to authenticated;
alter policy labels_make on public.labels to authenticated with check (public.has_role(org_id, 'member') and name = lower(name));
create policy stars_own on public.stars for all to authenticated using (user_id = auth.uid()) with check (user_id = auth.uid());
create table public.settings_old (k text primary key, v text);
insert into public.settings_old values ('motd', 'Hello'), ('limit', '10'), ('beta', 'yes');
create table public.app_settings as select k as name, v as value from public.settings_old where k <> 'beta';
alter table public.app_settings add primary key (name);
drop table public.settings_old;
drop table if exists public.settings_old;
alter table public.app_settings enable row level security;
create policy app_settings_read on public.app_settings for select using (name <> 'limit');
update public.app_settings set value = value || '!' where name = 'motd';
create function public.label_colour(label public.labels) returns text language sql stable as $$ select upper(label.colour) $$;
alter function public.label_colour(public.labels) set search_path = public;
alter table public.projects alter column name type varchar(60);
alter table public.projects add column starts date, add column ends date, add constraint projects_span check (ends is null or ends >= starts);
