-- Chat: people.
create type public.presence_state as enum ('online', 'away', 'offline');
create table public.profiles (
  id uuid not null primary key,
  username text not null,
  display_name text,
  bio text not null default ''::text,
  settings jsonb not null default '{"notify": {"mentions": true, "all": false}, "theme": "light"}'::jsonb,
  interests text[] default array[]::text[],
  created_at timestamp with time zone not null default '2026-01-01 00:00:00+00',
  updated_at timestamptz not null default '2026-01-01 00:00:00+00',
  deleted_at timestamptz,
  constraint username_length check (char_length(username) >= 3),
  constraint username_chars check (username ~ '^[a-zA-Z0-9_]+$')
);
create unique index profiles_username_key on public.profiles (lower(username)) where deleted_at is null;
comment on table public.profiles is 'Public data of each user.';
comment on column public.profiles.settings is 'What the user chose.';
alter table public.profiles enable row level security;
create policy "Profiles are visible" on public.profiles for select using (deleted_at is null);
create policy "Own profile" on public.profiles for update to authenticated using ((select auth.uid()) = id) with check ((select auth.uid()) = id);
create policy "Sign up" on public.profiles for insert to authenticated with check (id = auth.uid());

create table public.blocks (
  blocker uuid not null default auth.uid() references public.profiles (id) on delete cascade,
  blocked uuid not null references public.profiles (id) on delete cascade,
  reason text,
  created_at timestamptz not null default '2026-01-01 00:00:00+00',
  primary key (blocker, blocked),
  check (blocker <> blocked)
);
create index blocks_blocked_idx on public.blocks (blocked);
alter table public.blocks enable row level security;
create policy blocks_own on public.blocks for all to authenticated using (blocker = auth.uid()) with check (blocker = auth.uid());

create table public.presence (
  user_id uuid primary key default auth.uid() references public.profiles (id) on delete cascade,
  state public.presence_state not null default 'offline',
  device text,
  beats integer not null default 1,
  last_seen timestamptz not null default '2026-01-01 00:00:00+00'
);
alter table public.presence enable row level security;
create policy presence_read on public.presence for select to authenticated using (true);
create policy presence_write on public.presence for insert to authenticated with check (user_id = auth.uid());
create policy presence_update on public.presence for update to authenticated using (user_id = auth.uid());

create or replace function public.is_blocked(a uuid, b uuid) returns boolean
language sql stable security definer set search_path = ''
as $$
  select exists (select 1 from public.blocks x where (x.blocker, x.blocked) in ((a, b), (b, a)));
$$;
create or replace function public.heartbeat(p_state public.presence_state default 'online', p_device text default null, p_at timestamptz default '2026-02-01 00:00:00+00')
returns public.presence
language sql
as $$
  insert into public.presence as p (user_id, state, device, last_seen)
  values (auth.uid(), p_state, p_device, p_at)
  on conflict (user_id) do update
    set state = excluded.state,
        device = coalesce(excluded.device, p.device),
        beats = p.beats + 1,
        last_seen = greatest(p.last_seen, excluded.last_seen)
  returning *;
$$;
create or replace function public.username_of(profile public.profiles) returns text
language sql stable as $$ select '@' || profile.username::text $$;
