-- The policy on members that asked members ran forever; these do not, as they pass policies by.
create or replace function public.is_member(org bigint) returns boolean
language sql stable security definer set search_path = ''
as $$ select exists (select 1 from public.members m where m.org_id = org and m.user_id = auth.uid()) $$;

create or replace function public.role_in(org bigint) returns public.member_role
language sql stable security definer set search_path = public
as $$ select role from members where org_id = org and user_id = auth.uid() $$;

create or replace function public.has_role(org bigint, lowest public.member_role) returns boolean
language plpgsql stable security definer set search_path = public
as $$
declare
  mine member_role;
begin
  select m.role into mine from members m where m.org_id = org and m.user_id = auth.uid();
  if not found then
    return false;
  end if;
  return mine >= lowest;
end;
$$;
revoke all on function public.has_role(bigint, public.member_role) from public, anon;
grant execute on function public.has_role(bigint, public.member_role) to authenticated, service_role;

create policy orgs_read on public.orgs for select to authenticated using (public.is_member(id));
create policy orgs_read_tmp on public.orgs for select using (true);
drop policy orgs_read_tmp on public.orgs;
create policy orgs_update on public.orgs for update to authenticated
  using (public.has_role(id, 'admin')) with check (public.has_role(id, 'admin'));
create policy orgs_delete on public.orgs for delete to authenticated using (owner_id = auth.uid());
create policy members_read on public.members for select to authenticated using (public.is_member(org_id));
create policy members_manage on public.members for update to authenticated
  using (public.has_role(org_id, 'admin') and role <> 'owner') with check (role <> 'owner');
create policy members_leave on public.members for delete to authenticated
  using (role <> 'owner' and (user_id = auth.uid() or public.has_role(org_id, 'admin')));
alter policy members_leave on public.members rename to members_leave_or_remove;

create function public.create_org(slug text, name text) returns bigint
language plpgsql security definer set search_path = public
as $$
declare
  new_id bigint;
begin
  if auth.uid() is null then
    raise exception 'not signed in' using errcode = '28000';
  end if;
  insert into orgs (slug, name, owner_id) values (create_org.slug, create_org.name, auth.uid()) returning id into new_id;
  insert into members (org_id, user_id, role) values (new_id, auth.uid(), 'owner');
  return new_id;
end
$$;

do $$
begin
  if not exists (select 1 from pg_type where typname = 'invite_state') then
    create type public.invite_state as enum ('pending', 'accepted', 'revoked');
  end if;
end $$;
do $$
begin
  create type public.invite_state as enum ('other');
exception when duplicate_object then
  null;
end $$;
