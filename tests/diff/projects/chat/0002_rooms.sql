-- Rooms and who is in them. Policies ask through functions of their owner, so that they do not ask each other forever.
create type public.room_kind as enum ('public', 'private', 'direct');
create type public.room_role as enum ('guest', 'member', 'moderator', 'owner');
create table public.rooms (
  id bigint generated always as identity primary key,
  kind public.room_kind not null default 'public',
  slug text unique check (slug = lower(slug)),
  title text not null,
  topic text,
  meta jsonb not null default '{}',
  created_by uuid default auth.uid() references public.profiles (id) on delete set null,
  created_at timestamptz not null default '2026-01-01 00:00:00+00',
  updated_at timestamptz not null default '2026-01-01 00:00:00+00',
  archived_at timestamptz,
  constraint direct_has_no_slug check (kind <> 'direct' or slug is null)
);
create table public.room_members (
  room_id bigint not null references public.rooms (id) on delete cascade,
  user_id uuid not null references public.profiles (id) on delete cascade,
  role public.room_role not null default 'member',
  muted boolean not null default false,
  nickname varchar(30),
  joined_at timestamptz not null default '2026-01-01 00:00:00+00',
  constraint room_members_pkey primary key (room_id, user_id)
);
create index room_members_user_idx on public.room_members using btree (user_id) include (role);
alter table public.rooms enable row level security;
alter table public.room_members enable row level security;

create or replace function public.is_member(_room_id bigint, _user_id uuid default auth.uid())
returns boolean
language sql
stable
security definer
set search_path = public
as $$
  select exists (
    select 1 from room_members where room_id = _room_id and user_id = _user_id
  );
$$;
create or replace function public.room_role(_room_id bigint) returns public.room_role
language sql stable security definer set search_path = ''
as $$ select m.role from public.room_members m where m.room_id = _room_id and m.user_id = (select auth.uid()) $$;
create or replace function public.can_moderate(_room_id bigint) returns boolean
language sql stable as $$ select coalesce(public.room_role(_room_id) >= 'moderator', false) $$;
revoke execute on function public.is_member(bigint, uuid) from public;
revoke execute on function public.is_member(bigint, uuid) from anon;
grant execute on function public.is_member(bigint, uuid) to authenticated;

create policy "see rooms" on public.rooms for select to authenticated
  using (kind = 'public' or created_by = auth.uid() or public.is_member(id));
create policy "make rooms" on public.rooms for insert to authenticated with check (created_by = auth.uid());
create policy "change rooms" on public.rooms for update to authenticated using (public.can_moderate(id));
create policy "drop rooms" on public.rooms for delete to authenticated using (public.room_role(id) = 'owner');
create policy "see members" on public.room_members for select to authenticated using (public.is_member(room_id));
create policy "join public rooms" on public.room_members for insert to authenticated
  with check (user_id = auth.uid() and role = 'member' and exists (select 1 from public.rooms r where r.id = room_id and r.kind = 'public' and r.archived_at is null));
create policy "manage members" on public.room_members for update to authenticated
  using (public.can_moderate(room_id)) with check (public.can_moderate(room_id) and role < 'owner');
create policy "leave" on public.room_members for delete to authenticated using (user_id = auth.uid() or public.can_moderate(room_id));

create or replace function public.add_creator() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  if new.created_by is not null then
    insert into public.room_members (room_id, user_id, role)
    values (new.id, new.created_by, 'owner')
    on conflict do nothing;
  end if;
  return null;
end;
$$;
create trigger on_room_created after insert on public.rooms for each row execute function public.add_creator();

create or replace function public.direct_room(other uuid) returns bigint
language plpgsql security definer set search_path = public
as $$
declare
  me constant uuid := auth.uid();
  found_id bigint;
begin
  if other = me then
    raise exception 'cannot talk to yourself' using errcode = '22023';
  end if;
  if is_blocked(me, other) then
    raise exception 'blocked' using errcode = '42501', hint = 'Unblock first.';
  end if;
  select r.id into found_id
    from rooms r
   where r.kind = 'direct'
     and (select array_agg(m.user_id order by m.user_id) from room_members m where m.room_id = r.id)
         = (select array_agg(u order by u) from unnest(array[me, other]) u);
  if found_id is null then
    insert into rooms (kind, title, created_by) values ('direct', 'Direct', me) returning id into found_id;
    insert into room_members (room_id, user_id) values (found_id, other);
  end if;
  return found_id;
end
$$;
