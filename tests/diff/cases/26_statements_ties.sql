-- FETCH FIRST ... WITH TIES.
create table runs (id int primary key, owner uuid not null, team text, points int, pace numeric);
alter table runs enable row level security;
create policy own on runs for select using (owner = auth.uid() or team = 'open');
insert into runs values
    (1, '00000000-0000-0000-0000-00000000000a', 'red', 10, 1.5), (2, '00000000-0000-0000-0000-00000000000a', 'red', 10, 1.50),
    (3, '00000000-0000-0000-0000-00000000000a', 'blue', 8, 2), (4, '00000000-0000-0000-0000-00000000000b', 'blue', 8, 2.5),
    (5, '00000000-0000-0000-0000-00000000000b', 'red', 8, null), (6, '00000000-0000-0000-0000-00000000000b', 'green', null, 3),
    (7, '00000000-0000-0000-0000-00000000000b', 'open', null, 4), (8, '00000000-0000-0000-0000-00000000000b', 'open', 5, 4);
create view best as select id, team, points from runs order by points desc nulls last fetch first 2 rows with ties;
create function top(n int) returns setof int language sql stable as
    'select id from runs order by points desc nulls last fetch first (n) rows with ties';

-- as: owner
select points from runs order by points fetch first 1 row with ties;
select points from runs order by points fetch first 2 rows with ties;
select id, points from runs order by points desc fetch first 3 rows with ties;
select points from runs order by points desc nulls last fetch first row with ties;
select points from runs order by points offset 1 rows fetch first 1 rows with ties;
select points from runs order by points offset 2 rows fetch first 1 rows with ties;
select points from runs order by points offset 3 rows fetch first 2 rows with ties;
select points from runs order by points offset 100 fetch first 2 rows with ties;
select points from runs order by points fetch first 0 rows with ties;
select points from runs order by points offset 2 fetch first 0 rows with ties;
select points from runs order by points fetch first 100 rows with ties;
select * from (select id from runs order by pace fetch first 1 rows with ties) x;
select * from (select id from runs order by upper(team), points % 3 fetch first 2 rows with ties) x;
select * from (select id, team from runs order by team desc, points fetch first 3 rows with ties) x;
select * from (select team, count(*) from runs group by team order by count(*) desc fetch first 2 rows with ties) x;
select team as t, sum(points) as s from runs group by team having count(*) > 1 order by s nulls first fetch first 1 row with ties;
select distinct team, points from runs order by team fetch first 1 rows with ties;
select distinct on (team) team, points from runs order by team, points desc fetch first 2 rows with ties;
select id, rank() over (order by points) as r from runs order by r fetch first 3 rows with ties;
select points from runs union all select 8 order by points fetch first 4 rows with ties;
select points from runs union select 8 order by 1 desc fetch first 2 rows with ties;
values (1, 'a'), (1, 'b'), (2, 'c') order by 1 fetch first 1 row with ties;
(select points from runs order by points fetch first 1 rows with ties) union all select 0 order by 1;
select count(*) from (select 1 from runs order by points desc nulls last fetch first 1 rows with ties) x;
select r.id, (select count(*) from (select 1 from runs s where s.team = r.team order by s.points fetch first 1 row with ties) x) as n
    from runs r order by r.id;
with t as (select * from runs where points > 5) select id from t order by points fetch first 1 rows with ties;
with t as (select id from runs order by points fetch first (1 + 1) rows with ties) select count(*) from t;
select region, n from (values ('a', 1), ('b', 1), ('c', 2)) v(region, n) order by n fetch first 1 row with ties;
select * from (select team, sum(points), grouping(team) as g from runs group by rollup (team) order by g fetch first 1 rows with ties) x;
select id from runs order by points offset null fetch first 1 rows with ties;
select 'x' as a from runs order by a fetch first 1 rows with ties;
update runs set pace = 9 where id in (select id from runs order by points desc nulls last fetch first 1 rows with ties) returning id;
select id, team from best order by id;
select * from top(1) x order by 1;
select * from top(4) x order by 1;
-- error: 42601
select id from runs fetch first 1 rows with ties;
-- error: 2201W
select id from runs order by points fetch first (null) rows with ties;
-- error: 2201W
select id from runs order by points fetch first -1 rows with ties;
-- error: 2201X
select id from runs order by points offset -1 fetch first 1 rows with ties;
-- error: 42P10
select id from runs order by points fetch first (points) rows with ties;
-- error: 42803
select team from runs group by team order by points fetch first 1 rows with ties;

-- as: alice
select id, points from runs order by points desc nulls last fetch first 1 rows with ties;
select id from runs order by points nulls first fetch first 1 rows with ties;
select id from best order by id;
select * from top(1) x order by 1;
select id from runs where 10 / (points - 8) > 0 and owner = auth.uid() and points <> 8 order by points fetch first 1 rows with ties;

-- as: anon
select id, team from runs order by points fetch first 1 rows with ties;
select count(*) from (select id from runs order by team fetch first 1 rows with ties) x;
select * from top(3) x order by 1;
