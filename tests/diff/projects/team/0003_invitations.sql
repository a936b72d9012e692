create table public.invites (
  id bigserial primary key,
  org_id bigint not null,
  email text not null,
  role public.member_role not null default 'member',
  token text not null,
  state public.invite_state not null default 'pending',
  invited_by uuid,
  expires_at timestamptz not null default '2030-01-01 00:00:00+00'
);
alter table public.invites add constraint invites_org_fkey foreign key (org_id) references public.orgs (id) on delete cascade;
alter table public.invites add constraint invites_by_fkey foreign key (invited_by) references public.profiles (id) on delete set null;
alter table public.invites add constraint invites_role_check check (role <> 'owner');
alter table public.invites rename to invitations;
create unique index invitations_once on public.invitations (org_id, lower(email)) where state = 'pending';
alter table public.invitations add constraint invitations_token_key unique (token);
alter table public.invitations enable row level security;
drop policy if exists invitations_admin on public.invitations;
create policy invitations_admin on public.invitations for all to authenticated
  using (public.has_role(org_id, 'admin')) with check (public.has_role(org_id, 'admin') and invited_by = auth.uid());
revoke all on public.invitations from anon;

create function public.accept_invitation(token text) returns public.members
language plpgsql security definer set search_path = public
as $$
#variable_conflict use_column
declare
  inv invitations;
  made members;
  taken int;
begin
  select * into inv from invitations i where i.token = accept_invitation.token for update;
  if not found then
    raise exception 'no such invitation' using errcode = 'P0002', hint = 'Ask for a new one.';
  elsif inv.state <> 'pending' then
    raise exception 'invitation is %', inv.state using errcode = '22023';
  elsif lower(inv.email) <> (select lower(p.email) from profiles p where p.id = auth.uid()) then
    raise exception 'invitation is for somebody else' using errcode = '42501';
  end if;
  select count(*) into taken from members m where m.org_id = inv.org_id;
  if taken >= (select o.seats from orgs o where o.id = inv.org_id) then
    raise exception 'no seats left' using errcode = 'P0001';
  end if;
  insert into members (org_id, user_id, role) values (inv.org_id, auth.uid(), inv.role)
    on conflict (org_id, user_id) do update set role = excluded.role
    returning * into made;
  update invitations set state = 'accepted' where id = inv.id;
  return made;
end
$$;
revoke execute on function public.accept_invitation(text) from public, anon;

create function public.keep_owner() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' and old.role = 'owner' and exists (select 1 from public.orgs where id = old.org_id) then
    raise exception 'an owner stays' using errcode = '23514';
  end if;
  return old;
end $$;
drop trigger if exists keep_owner on public.members;
create trigger keep_owner before delete on public.members for each row execute function public.keep_owner();
