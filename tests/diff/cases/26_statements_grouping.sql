-- GROUPING SETS, ROLLUP, CUBE and GROUPING().
create table sales (
    id int primary key,
    owner uuid not null,
    region text,
    product text,
    day date not null,
    qty int not null,
    price numeric(10, 2)
);
alter table sales enable row level security;
create policy own on sales for select using (owner = auth.uid() or region = 'open');
insert into sales values
    (1, '00000000-0000-0000-0000-00000000000a', 'east', 'tea', '2026-01-01', 3, 1.50),
    (2, '00000000-0000-0000-0000-00000000000a', 'east', 'rice', '2026-01-02', 2, 2.25),
    (3, '00000000-0000-0000-0000-00000000000a', 'west', 'tea', '2026-01-02', 7, null),
    (4, '00000000-0000-0000-0000-00000000000b', 'west', null, '2026-02-01', 1, 10),
    (5, '00000000-0000-0000-0000-00000000000b', null, 'tea', '2026-02-02', 4, 1.5),
    (6, '00000000-0000-0000-0000-00000000000b', null, null, '2026-02-02', 5, 0.10),
    (7, '00000000-0000-0000-0000-00000000000b', 'open', 'oil', '2026-02-03', 6, 3);
create table nothing (a int, b int);
create view by_region as
    select region, count(*) as n, grouping(region) as g from sales group by rollup (region);
create function totals() returns table (product text, qty bigint) language sql stable as
    'select product, sum(qty) from sales group by rollup (product)';
create materialized view cubes as
    select region, product, sum(qty) as qty, grouping(region, product) as g
    from sales group by cube (region, product);

-- as: owner
select region, sum(qty) from sales group by rollup (region) order by 1, 2;
select region, product, sum(qty), count(*), grouping(region, product) as g from sales
    group by rollup (region, product) order by g, region, product;
select region, product, sum(price), grouping(region), grouping(product), grouping(product, region)
    from sales group by cube (region, product) order by 4, 5, 1, 2;
select region, product, count(*) from sales
    group by grouping sets ((region), (product), ()) order by region, product, 3;
select region, product, count(*) from sales group by grouping sets ((region, product), region, (region));
select region, product, day, count(*) from sales group by region, rollup (product, day);
select region, product, count(*) from sales group by rollup (region), rollup (product);
select region, product, count(*) from sales group by distinct rollup (region, product), rollup (region);
select region, product, day, count(*) from sales group by rollup ((region, product), day);
select region, product, count(*) from sales
    group by grouping sets (rollup (region), cube (region, product), ());
select count(*), sum(qty) from sales group by ();
select 1 as one from sales group by ();
select 1 as one from nothing group by ();
select a from nothing group by rollup (a);
select a, b, count(*), sum(a) from nothing group by cube (a, b);
select a from nothing group by grouping sets ((a), (b));
select region from sales group by rollup (region);
-- HAVING, filters, expressions, windows, DISTINCT, LIMIT.
select region, sum(qty) from sales group by rollup (region) having sum(qty) > 5 order by 2;
select region, sum(qty) from sales group by rollup (region) having grouping(region) = 1;
select region, grouping(region) from sales group by rollup (region) having region is null;
select coalesce(region, case grouping(region) when 1 then 'all' else 'none' end) as r,
    sum(qty) filter (where product = 'tea') as tea, count(distinct product) as kinds,
    string_agg(product, ',' order by product desc) as names, array_agg(qty order by id) as q
    from sales group by rollup (region) order by grouping(region), region;
select extract(month from day) as m, product, sum(qty * price) as worth, avg(qty)
    from sales group by cube (extract(month from day), product) order by 1, 2, 3;
select date_trunc('month', day) as month, count(*) from sales group by rollup (1) order by 1;
select upper(region) as r, count(*) from sales group by rollup (upper(region)) order by 1, 2;
select upper(region) as r, count(*) from sales group by rollup (region) order by 1, 2;
select region, sum(qty), rank() over (order by sum(qty) desc, region) as place,
    sum(sum(qty)) over (partition by grouping(region)) as level
    from sales group by rollup (region) order by place;
select distinct grouping(region, product) as g from sales group by cube (region, product) order by g;
select distinct on (grouping(region)) grouping(region), region, sum(qty) from sales
    group by rollup (region) order by grouping(region), sum(qty) desc, region;
select region, sum(qty) from sales group by rollup (region) order by sum(qty) desc, region limit 2 offset 1;
select percentile_cont(0.5) within group (order by qty) as median, region from sales
    group by rollup (region) order by 2, 1;
select id, region, qty, count(*) from sales group by id, rollup (region) order by id, region;
select s.region, s.product, t.n from (
    select region, product, count(*) as n from sales group by rollup (region, product)) t
    join sales s on s.region = t.region and t.product is null order by s.id, t.n;
select grouping(region) from sales group by region order by 1;
select region, count(*) from sales group by region having grouping(region) = 0 order by 1;
with t as (select region as r, qty from sales where qty > 1)
    select r, sum(qty) from t group by rollup (r) order by 1, 2;
select region, qty from sales where qty >= (select max(q) from (
    select sum(qty) / 4 as q from sales group by rollup (region)) x) order by id;
select region, (select count(*) from nothing) as none, count(*) from sales group by rollup (region) order by 1, 3;
select n.region, (select count(*) from (select product from sales s where s.region = n.region
    group by rollup (product)) x) as kinds from sales n order by n.id;
select region, sum(qty) from sales group by rollup (region)
    union all select 'x', 0 order by 1, 2;
select a.region, count(*) from sales a join sales b using (product) group by rollup (a.region) order by 1, 2;
select product, count(*) from sales a join sales b using (product) group by cube (product) order by 1, 2;
insert into nothing select count(*), grouping(region) from sales group by rollup (region);
select * from nothing order by a, b;
select region, json_agg(product order by id) from sales group by rollup (region) order by grouping(region), region;
-- Refusals.
-- error: 42803
select region, product, count(*) from sales group by rollup (region);
-- error: 42803
select grouping(product) from sales group by rollup (region);
-- error: 42803
select grouping(region) from sales;
-- error: 42803
select count(*) from sales where grouping(region) = 0 group by rollup (region);
-- error: 42803
select id, qty from sales group by rollup (id);
-- error: 42703
select count(*) from sales group by cube (nowhere);
-- error: 42803
select sum(grouping(region)) from sales group by rollup (region);
-- error: 0A000
select region from sales group by rollup (region) for update;
-- error: 54011
select count(*) from sales group by cube (id, id, id, id, id, id, id, id, id, id, id, id, id);

-- as: alice
select region, product, sum(qty), grouping(region, product) as g from sales
    group by cube (region, product) order by g, region, product;
select * from by_region order by g, region;
select * from totals() order by 1, 2;
select region, count(*) from sales group by rollup (region) having region like '%t' or region is null order by 1, 2;

-- as: anon
select region, product, sum(qty), grouping(region, product) as g from sales
    group by cube (region, product) order by g, region, product;
select count(*) from sales group by ();
select region, 10 / (sum(qty) - 5) from sales where 1 / (qty - 4) >= 0 group by rollup (region) order by 1;
select * from by_region order by g, region;
select * from totals() order by 1, 2;
select * from cubes order by g, region, product;
