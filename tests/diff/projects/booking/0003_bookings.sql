-- Bookings: no two of a room may overlap unless one is cancelled. Events are kept by month, history by region.
create table public.bookings (
  id bigint generated always as identity primary key,
  room_id int not null references public.rooms on delete restrict,
  guest uuid not null default auth.uid(),
  during tstzrange not null,
  seats int not null default 1 check (seats > 0),
  status public.booking_status not null default 'held',
  held_until timestamptz,
  amount numeric(10, 2),
  code citext references public.discounts on update cascade,
  note text,
  constraint bookings_bounded check (not isempty(during) and not lower_inf(during) and not upper_inf(during)),
  constraint bookings_hold check (status <> 'held' or held_until is not null),
  constraint bookings_no_overlap exclude using gist (room_id with =, during with &&) where (status <> 'cancelled')
);
create index bookings_guest_idx on public.bookings (guest);
create index if not exists bookings_guest_idx on public.bookings (guest);
create table public.waiting (
  id bigint generated always as identity primary key,
  room_id int not null references public.rooms on delete cascade,
  guest uuid not null default auth.uid(),
  wanted tstzrange not null,
  seats int not null default 1,
  created_at timestamptz not null default '2025-01-01 00:00:00+00'
);
create table public.booking_events (
  id bigint generated always as identity,
  booking_id bigint not null,
  at date not null,
  kind text not null,
  old jsonb,
  new jsonb,
  primary key (id, at)
) partition by range (at);
create table public.booking_events_2025_01 partition of public.booking_events for values from ('2025-01-01') to ('2025-02-01');
create table public.booking_events_2025_02 partition of public.booking_events for values from ('2025-02-01') to ('2025-03-01');
create table public.booking_events_rest partition of public.booking_events default;
create index on public.booking_events (booking_id);
create table public.history (
  region text not null,
  day date not null,
  room_id int not null,
  hours numeric not null,
  amount numeric(10, 2) not null default 0
) partition by list (region);
create table public.history_north partition of public.history for values in ('north', 'arctic');
create table public.history_south partition of public.history for values in ('south') partition by range (day);
create table public.history_south_old partition of public.history_south for values from (minvalue) to ('2025-01-01');
create table public.history_south_new partition of public.history_south for values from ('2025-01-01') to (maxvalue);
do $$
declare missing int;
begin
  select count(*) into missing from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where n.nspname = 'public' and c.relkind = 'p' and c.relname in ('booking_events', 'history', 'history_south');
  if missing <> 3 then raise exception 'partitioned tables: %', missing; end if;
end $$;
create function public.check_booking() returns trigger
language plpgsql
as $$
declare v public.rooms; h public.opening_hours; place public.venues;
begin
  select * into v from public.rooms where id = new.room_id;
  if v.archived_at is not null then raise exception 'room % is archived', v.name using errcode = '23514'; end if;
  if new.seats > v.seats then
    raise exception 'room % has % seats', v.name, v.seats using errcode = '23514';
  end if;
  select * into strict place from public.venues where id = v.venue_id;
  if exists (select 1 from public.closures c where c.venue_id = v.venue_id and c.during @> (lower(new.during) at time zone 'UTC')::date) then
    raise exception '% is closed', place.name using errcode = 'P0001', hint = 'Choose another day.';
  end if;
  select * into h from public.opening_hours o
    where o.venue_id = v.venue_id and o.weekday = extract(isodow from lower(new.during) at time zone 'UTC');
  if not found or (lower(new.during) at time zone 'UTC')::time < h.opens or (upper(new.during) at time zone 'UTC')::time > h.closes then
    raise exception '% is not open then', place.name;
  end if;
  if new.amount is null then
    new.amount := public.discounted(public.price_of(new.room_id, new.during), new.code, new.seats, (lower(new.during) at time zone 'UTC')::date);
  end if;
  return new;
end $$;
create trigger check_booking before insert or update of during, seats, room_id on public.bookings
  for each row when (new.status <> 'cancelled') execute function public.check_booking();
create function public.log_booking() returns trigger
language plpgsql security definer set search_path = public
as $$
begin
  insert into booking_events (booking_id, at, kind, old, new)
  values (coalesce(new.id, old.id), (lower(coalesce(new.during, old.during)) at time zone 'UTC')::date, lower(tg_op),
    case when tg_op <> 'INSERT' then jsonb_build_object('status', old.status, 'seats', old.seats) end,
    case when tg_op <> 'DELETE' then jsonb_build_object('status', new.status, 'seats', new.seats) end);
  return null;
end $$;
create trigger log_booking after insert or update or delete on public.bookings for each row execute function public.log_booking();
create function public.only_forward() returns trigger language plpgsql as $$
begin
  if old.status in ('cancelled', 'done') and new.status <> old.status then
    raise exception 'a % booking stays so', old.status using errcode = '23514';
  end if;
  return new;
end $$;
create trigger only_forward before update of status on public.bookings for each row execute function public.only_forward();
alter table public.bookings enable row level security;
alter table public.waiting enable row level security;
alter table public.booking_events enable row level security;
alter table public.booking_events_2025_01 enable row level security;
alter table public.history enable row level security;
create policy bookings_guest on public.bookings for select to authenticated using (guest = auth.uid());
create policy bookings_staff on public.bookings for all to authenticated
  using (exists (select 1 from public.rooms r where r.id = room_id and public.is_staff(r.venue_id)));
create policy bookings_make on public.bookings for insert to authenticated with check (guest = auth.uid() and status = 'held');
create policy bookings_cancel on public.bookings for update to authenticated using (guest = auth.uid()) with check (status = 'cancelled');
create policy waiting_own on public.waiting for all to authenticated using (guest = auth.uid()) with check (guest = auth.uid());
create policy events_staff on public.booking_events for select to authenticated
  using (exists (select 1 from public.bookings b where b.id = booking_id));
create policy history_managers on public.history for select to authenticated
  using (exists (select 1 from public.rooms r where r.id = room_id and public.is_staff(r.venue_id, 'manager')));
grant select, insert, update on public.bookings to authenticated;
grant select, insert, delete on public.waiting to authenticated;
grant select on public.booking_events, public.booking_events_2025_01, public.history to authenticated;
revoke all on public.booking_events_2025_02, public.booking_events_rest, public.history_north, public.history_south from anon, authenticated;
