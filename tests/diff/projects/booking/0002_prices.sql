-- Prices hold over ranges of dates; the first version kept two dates.
create table public.prices (
  id bigint generated always as identity primary key,
  room_id int not null references public.rooms on delete cascade,
  valid_from date not null,
  valid_to date,
  hourly numeric(8, 2) not null check (hourly >= 0)
);
insert into public.prices (room_id, valid_from, valid_to, hourly) select 1, '2024-01-01', '2025-01-01', 10 where exists (select 1 from public.rooms);
alter table public.prices add column valid daterange;
update public.prices set valid = daterange(valid_from, valid_to);
alter table public.prices alter column valid set not null;
alter table public.prices drop column valid_from, drop column valid_to;
alter table public.prices add constraint prices_overlap exclude using gist (room_id with =, valid with &&);
create table public.discounts (
  code citext primary key,
  percent numeric(4, 1) not null check (percent > 0 and percent <= 100),
  seats int4range not null default '[1,)',
  days daterange not null default '(,)',
  uses_left int
);
create function public.price_of(p_room int, p_during tstzrange) returns numeric
language sql stable
as $$
  select round(p.hourly * extract(epoch from upper(p_during) - lower(p_during)) / 3600, 2)
  from public.prices p
  where p.room_id = p_room and p.valid @> (lower(p_during) at time zone 'UTC')::date;
$$;
create function public.discounted(p_amount numeric, p_code citext, p_seats int, p_day date) returns numeric
language plpgsql stable
as $$
declare d public.discounts;
begin
  if p_code is null then return p_amount; end if;
  select * into d from public.discounts where code = p_code;
  if not found then raise exception 'unknown code %', p_code using errcode = 'P0002', hint = 'Look at the list.'; end if;
  if not d.seats @> p_seats or not d.days @> p_day then
    raise exception using message = 'code does not apply', errcode = 'check_violation', detail = format('%s seats on %s', p_seats, p_day);
  end if;
  return round(p_amount * (100 - d.percent) / 100, 2);
end $$;
alter table public.prices enable row level security;
alter table public.discounts enable row level security;
create policy prices_read on public.prices for select using (true);
create policy prices_manage on public.prices for all to authenticated
  using (exists (select 1 from public.rooms r where r.id = room_id and public.is_staff(r.venue_id, 'manager')));
create policy discounts_staff on public.discounts for select to authenticated using (exists (select 1 from public.staff s where s.user_id = auth.uid()));
grant select on public.prices to anon, authenticated;
grant insert, update, delete on public.prices to authenticated;
grant select on public.discounts to authenticated;
