-- SET TIME ZONE in a migration and in a statement: how moments are read and written.
create table moments (id int, t timestamptz, d timestamptz default '2024-05-05 00:00+00');
set timezone = 'Asia/Jakarta';
insert into moments values (1, '2024-01-01 00:00');
insert into moments values (2, timestamp '2024-01-01 00:00');
insert into moments select 3, ('2024-01-0' || 1)::timestamptz;
do $$ begin insert into moments values (4, now()::date::timestamptz); update moments set t = '2024-01-01 00:00+07' where id = 4; end $$;
set time zone 'UTC';
insert into moments values (5, '2024-01-01 00:00');
set time zone 'Europe/London';
insert into moments values (6, '2024-07-01 00:00');
reset timezone;
insert into moments values (7, '2024-01-01 00:00');
create function in_jakarta(t timestamptz) returns text language plpgsql as $$
begin
    perform set_config('timezone', 'Asia/Jakarta', true);
    return t::text;
end $$;
-- as: owner
select id, t at time zone 'UTC', d at time zone 'UTC' from moments order by id;
select in_jakarta('2024-01-01 00:00+00');
select '2024-01-01 00:00+00'::timestamptz;
select set_config('timezone', 'Asia/Jakarta', true), ('2024-01-01 00:00' || '+00')::timestamptz::text;
-- error: 22023
select set_config('timezone', 'Nowhere', true);
-- error: 22023
set timezone = 'Nowhere/At_All';
