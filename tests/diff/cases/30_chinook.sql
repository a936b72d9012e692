-- Chinook, a music shop: 11 tables and 15,000 rows of others' SQL, whole and equal; then what one asks of them.
-- load: ../shared/data/sql/chinook.sql
-- as: owner
-- Every table, whole.
select count(*) from album;
select * from album order by 1, 2, 3;
select count(*) from artist;
select * from artist order by 1, 2;
select count(*) from customer;
select * from customer order by 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13;
select count(*) from employee;
select * from employee order by 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15;
select count(*) from genre;
select * from genre order by 1, 2;
select count(*) from invoice;
select * from invoice order by 1, 2, 3, 4, 5, 6, 7, 8, 9;
select count(*) from invoice_line;
select * from invoice_line order by 1, 2, 3, 4, 5;
select count(*) from media_type;
select * from media_type order by 1, 2;
select count(*) from playlist;
select * from playlist order by 1, 2;
select count(*) from playlist_track;
select * from playlist_track order by 1, 2;
select count(*) from track;
select * from track order by 1, 2, 3, 4, 5, 6, 7, 8, 9;

-- Joins and aggregates.
select ar.name, count(*) as albums from artist ar join album al using (artist_id) group by ar.name having count(*) > 3 order by albums desc, ar.name;
select g.name, count(t.track_id), sum(t.milliseconds), round(avg(t.milliseconds), 2), min(t.bytes), max(t.bytes) from genre g left join track t on t.genre_id = g.genre_id group by g.genre_id, g.name order by 2 desc, 1;
select billing_country, count(*) as invoices, sum(total) as total, round(avg(total), 4) as mean from invoice group by billing_country order by total desc, billing_country;
select c.first_name || ' ' || c.last_name as customer, sum(i.total) as spent from customer c join invoice i on i.customer_id = c.customer_id group by c.customer_id, c.first_name, c.last_name order by spent desc, customer limit 10;
select e.first_name, e.last_name, count(distinct c.customer_id) as customers, coalesce(sum(i.total), 0) as sales from employee e left join customer c on c.support_rep_id = e.employee_id left join invoice i on i.customer_id = c.customer_id group by e.employee_id, e.first_name, e.last_name order by sales desc, e.employee_id;
select t.name, ar.name as artist, sum(il.quantity) as sold from invoice_line il join track t on t.track_id = il.track_id join album al on al.album_id = t.album_id join artist ar on ar.artist_id = al.artist_id group by t.track_id, t.name, ar.name order by sold desc, t.name, artist limit 20;
select mt.name, count(*), sum(il.unit_price * il.quantity) from invoice_line il join track t using (track_id) join media_type mt using (media_type_id) group by mt.name order by 3 desc;
select i.invoice_id, i.total, sum(il.unit_price * il.quantity) as lines from invoice i join invoice_line il using (invoice_id) group by i.invoice_id, i.total having i.total <> sum(il.unit_price * il.quantity);
select p.name, count(pt.track_id) as tracks, sum(t.milliseconds) / 60000 as minutes, sum(t.unit_price) as price from playlist p left join playlist_track pt on pt.playlist_id = p.playlist_id left join track t on t.track_id = pt.track_id group by p.playlist_id, p.name order by p.playlist_id;
select boss.last_name as boss, array_agg(e.last_name order by e.last_name) as team, string_agg(e.first_name, ', ' order by e.first_name) as names from employee e join employee boss on boss.employee_id = e.reports_to group by boss.employee_id, boss.last_name order by boss.employee_id;

-- Dates.
select date_trunc('month', invoice_date) as month, count(*), sum(total) from invoice group by 1 order by 1;
select extract(year from invoice_date) as year, extract(quarter from invoice_date) as quarter, sum(total) from invoice group by 1, 2 order by 1, 2;
select to_char(invoice_date, 'YYYY-MM Dy') as day, count(*) from invoice where invoice_date >= '2021-01-01' and invoice_date < timestamp '2021-01-01' + interval '3 months' group by 1 order by 1;
select last_name, age(timestamp '2024-01-01', birth_date) as age, extract(isodow from hire_date) as weekday, hire_date::date - birth_date::date as days from employee order by employee_id;
select customer_id, max(invoice_date) - min(invoice_date) as span from invoice group by customer_id order by span desc, customer_id limit 15;

-- Windows.
select billing_country, invoice_id, total, sum(total) over (partition by billing_country order by invoice_date, invoice_id) as running, rank() over (partition by billing_country order by total desc) as rank from invoice where billing_country in ('Brazil', 'Norway') order by billing_country, invoice_date, invoice_id;
select year, total, total - lag(total) over (order by year) as change, round(100.0 * total / sum(total) over (), 2) as percent from (select extract(year from invoice_date)::int as year, sum(total) as total from invoice group by 1) y order by year;
select * from (select g.name as genre, t.name, t.milliseconds, row_number() over (partition by g.genre_id order by t.milliseconds desc, t.track_id) as place from track t join genre g using (genre_id)) r where place <= 2 order by genre, place;
select customer_id, total, ntile(4) over (order by total, customer_id) as quarter, percent_rank() over (order by total) as rank, cume_dist() over (order by total) as dist from (select customer_id, sum(total) as total from invoice group by customer_id) c order by total, customer_id;
select invoice_id, total, avg(total) over (order by invoice_id rows between 2 preceding and current row) as mean, first_value(total) over w, last_value(total) over w, nth_value(total, 2) over w from invoice where invoice_id <= 30 window w as (order by invoice_id rows between 1 preceding and 1 following) order by invoice_id;

-- Text.
select name from track where name like '%Love%' and composer is not null order by name, track_id limit 40;
select name from artist where name ilike 'the %' or name like '%\_%' or name ilike '%é%' order by name;
select upper(left(last_name, 3)) || '-' || lpad(customer_id::text, 4, '0') as code, length(address), position('@' in email), split_part(email, '@', 2) as domain, initcap(city), reverse(postal_code) from customer order by customer_id;
select substring(composer from '^[^,/]+') as first, count(*) from track where composer is not null group by 1 having count(*) > 10 order by 2 desc, 1;
select regexp_replace(phone, '[^0-9+]', '', 'g') as phone, coalesce(nullif(company, ''), '-') as company, fax is null as no_fax from customer order by customer_id;

-- Sub-selects, CTEs, sets.
select name from artist a where not exists (select from album al where al.artist_id = a.artist_id) order by name limit 25;
with recursive chain (employee_id, name, depth, path) as (select employee_id, last_name::text, 0, last_name::text from employee where reports_to is null union all select e.employee_id, e.last_name, c.depth + 1, c.path || ' > ' || e.last_name from employee e join chain c on e.reports_to = c.employee_id) select * from chain order by path;
select distinct on (c.country) c.country, c.last_name, i.total, i.invoice_date from customer c join invoice i using (customer_id) order by c.country, i.total desc, i.invoice_id;
select city from customer intersect select city from employee order by 1;
select t.name, t.milliseconds from track t where t.milliseconds > all (select milliseconds from track where genre_id = 1) order by t.milliseconds desc, t.name limit 10;
select country, count(*) filter (where company is not null) as firms, count(*) filter (where fax is null) as no_fax, bool_or(state is null) as stateless, min(last_name), max(last_name) from customer group by country order by country;
select case when milliseconds < 180000 then 'short' when milliseconds < 360000 then 'middle' else 'long' end as length, count(*), sum(bytes::bigint), round(avg(unit_price), 3) from track group by 1 order by 1;
select al.title, x.name, x.milliseconds from album al cross join lateral (select t.name, t.milliseconds from track t where t.album_id = al.album_id order by t.milliseconds desc, t.track_id limit 1) x where al.artist_id = 90 order by al.title;
select percentile_cont(0.5) within group (order by total) as median, mode() within group (order by billing_country) as mode, round(stddev(total), 6) as deviation from invoice;
select jsonb_build_object('artist', ar.name, 'albums', jsonb_agg(jsonb_build_object('id', al.album_id, 'title', al.title) order by al.album_id)) from artist ar join album al using (artist_id) where ar.artist_id in (1, 2, 50) group by ar.artist_id, ar.name order by ar.artist_id;

-- Writes: serial columns were given their values by the script.
update track set unit_price = unit_price + 0.10 where genre_id = 2;
select sum(unit_price) from track;
delete from playlist_track where playlist_id in (select playlist_id from playlist where name = 'Music Videos') returning *;
-- error: 23503
delete from artist where artist_id = 1;
-- error: 23503
insert into album (album_id, title, artist_id) values (9999, 'Nobody''s', 9999);
-- error: 22001
update customer set postal_code = 'longer than ten' where customer_id = 1;
-- error: 23502
insert into invoice (invoice_id, customer_id) values (9999, 1);
