-- What the app calls.
create function public.hold_room(p_room int, p_from timestamptz, p_hours numeric, p_seats int default 1, p_code citext default null)
returns public.bookings
language plpgsql
as $$
declare made public.bookings;
begin
  insert into public.bookings (room_id, during, seats, code, held_until)
  values (p_room, tstzrange(p_from, p_from + p_hours * interval '1 hour'), p_seats, p_code, p_from - interval '1 day')
  returning * into made;
  return made;
exception
  when exclusion_violation then
    insert into public.waiting (room_id, wanted, seats) values (p_room, tstzrange(p_from, p_from + p_hours * interval '1 hour'), p_seats);
    return null;
end $$;
create function public.confirm(p_booking bigint) returns public.booking_status
language plpgsql security definer set search_path = ''
as $$
declare now_status public.booking_status;
begin
  update public.bookings set status = 'confirmed', held_until = null
  where id = p_booking and guest = auth.uid() and status = 'held' returning status into now_status;
  if not found then raise exception 'no held booking %', p_booking using errcode = 'no_data_found'; end if;
  return now_status;
end $$;
create function public.cancel(p_booking bigint) returns table (waiting_guest uuid, seats int)
language plpgsql security definer set search_path = public
as $$
#variable_conflict use_column
declare b public.bookings;
begin
  update bookings set status = 'cancelled' where id = p_booking and (guest = auth.uid() or is_staff((select venue_id from rooms r where r.id = room_id)))
  returning * into b;
  if b.id is null then raise exception 'not yours'  using errcode = '42501'; end if;
  return query select w.guest, w.seats from waiting w where w.room_id = b.room_id and w.wanted && b.during order by w.created_at, w.id;
end $$;
create procedure public.expire_holds(p_now timestamptz, inout p_expired int default 0)
language plpgsql
as $$
declare b record;
begin
  for b in select id from public.bookings where status = 'held' and held_until < p_now order by id loop
    update public.bookings set status = 'cancelled' where id = b.id;
    p_expired := p_expired + 1;
  end loop;
end $$;
create function public.free_slots(p_room int, p_day date, p_minutes int default 60) returns table (slot tstzrange)
language sql stable
as $$
  with hours as (
    select (p_day + o.opens) at time zone 'UTC' as opens, (p_day + o.closes) at time zone 'UTC' as closes
    from public.opening_hours o join public.rooms r on r.venue_id = o.venue_id
    where r.id = p_room and o.weekday = extract(isodow from p_day)
  )
  select tstzrange(s, s + p_minutes * interval '1 minute')
  from hours, generate_series(opens, closes - p_minutes * interval '1 minute', p_minutes * interval '1 minute') s
  where not exists (
    select 1 from public.bookings b
    where b.room_id = p_room and b.status <> 'cancelled' and b.during && tstzrange(s, s + p_minutes * interval '1 minute'))
  order by s;
$$;
create or replace view public.calendar with (security_invoker = true) as
  select b.id, r.name as room, v.name as venue, lower(b.during) as starts, upper(b.during) - lower(b.during) as length, b.status
  from public.bookings b join public.rooms r on r.id = b.room_id join public.venues v on v.id = r.venue_id;
create view public.busy as
  select room_id, during from public.bookings where status in ('held', 'confirmed');
grant select on public.busy to anon, authenticated;
grant select on public.calendar to authenticated;
create view public.my_bookings with (security_invoker = true) as
  select id, room_id, during, status from public.bookings where guest = auth.uid() with check option;
grant select, update on public.my_bookings to authenticated;
create materialized view public.usage as
  select r.id as room_id, count(b.id) as bookings, coalesce(sum(extract(epoch from upper(b.during) - lower(b.during)) / 3600), 0)::numeric(10, 2) as hours
  from public.rooms r left join public.bookings b on b.room_id = r.id and b.status <> 'cancelled'
  group by r.id;
create unique index usage_room on public.usage (room_id);
create function public.archive_month(p_month date) returns int
language plpgsql security definer set search_path = public
as $$
declare moved int;
begin
  insert into history (region, day, room_id, hours, amount)
  select v.region, (lower(b.during) at time zone 'UTC')::date, b.room_id,
    round(extract(epoch from upper(b.during) - lower(b.during)) / 3600, 2), coalesce(b.amount, 0)
  from bookings b join rooms r on r.id = b.room_id join venues v on v.id = r.venue_id
  where b.status in ('confirmed', 'done') and lower(b.during) >= p_month and lower(b.during) < p_month + interval '1 month';
  get diagnostics moved = row_count;
  return moved;
end $$;
revoke execute on function public.archive_month(date) from public, anon, authenticated;
create table public.reviews (
  booking_id bigint primary key references public.bookings on delete cascade,
  guest uuid not null default auth.uid(),
  stars int not null check (stars between 1 and 5),
  body text,
  search tsvector generated always as (to_tsvector('english', coalesce(body, ''))) stored
);
alter table public.reviews enable row level security;
drop policy if exists reviews_read on public.reviews;
create policy reviews_read on public.reviews for select using (true);
create policy reviews_write on public.reviews for insert to authenticated
  with check (guest = auth.uid() and exists (select 1 from public.bookings b where b.id = booking_id and b.guest = auth.uid() and b.status in ('confirmed', 'done')));
grant select on public.reviews to anon, authenticated;
grant insert on public.reviews to authenticated;
