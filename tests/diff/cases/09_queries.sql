-- Queries: joins, grouping, subqueries, common table expressions, set operations, ordering, windows.
create table dept (id int primary key, name text, parent int);
create table emp (
    id int primary key, name text, dept_id int, boss_id int, pay numeric(10,2), hired date, grade text
);
create table empty_one (id int, t text);
insert into dept values (1, 'all', null), (2, 'make', 1), (3, 'sell', 1), (4, 'ship', 3);
insert into emp values
    (1, 'Ann', 1, null, 9000, '2019-01-01', 'A'), (2, 'Ben', 2, 1, 5000.50, '2020-05-05', 'B'),
    (3, 'Cat', 2, 2, 4000, '2021-02-03', 'B'), (4, 'Dan', 3, 1, 5000.50, '2020-05-06', null),
    (5, 'Eve', 3, 4, null, '2022-11-11', 'C'), (6, 'Fay', null, null, 3000, null, 'C');

-- as: owner
select * from emp order by pay, id;
select * from emp order by pay desc, id;
select name from emp order by grade nulls first, name desc;
select name, grade from emp order by 2 desc nulls last, 1 limit 3;
select name from emp order by id offset 2 limit 2;
select name from emp order by id fetch first 2 rows only;
select name from emp order by id limit 0;
select name from emp order by length(name), lower(name) desc;
select name as n from emp order by n;
select e.name, d.name from emp e join dept d on d.id = e.dept_id order by e.id;
select e.name, d.name from emp e left join dept d on d.id = e.dept_id and d.name <> 'make' order by e.id;
select e.name, d.name from emp e right join dept d on d.id = e.dept_id order by d.id, e.id;
select e.name, d.name from emp e full join dept d on d.id = e.dept_id order by e.id, d.id;
select count(*) from emp cross join dept;
select e.name, b.name as boss, bb.name as bosses_boss from emp e left join emp b on b.id = e.boss_id left join emp bb on bb.id = b.boss_id order by e.id;
select * from dept d join (select dept_id, count(*) as n from emp group by dept_id) c on c.dept_id = d.id order by d.id;
select id, name from emp natural join (select id from dept) d order by id;
select id, e.name, d.name from emp e join dept d using (id) order by id;
select e.* from emp e, dept d where e.dept_id = d.id and d.name = 'sell' order by e.id;
select dept_id, count(*), sum(pay), avg(pay), min(hired), max(name) from emp group by dept_id order by dept_id;
select dept_id, grade, count(*) from emp group by dept_id, grade order by 1, 2;
select dept_id, count(*) from emp group by dept_id having count(*) > 1 order by dept_id;
select extract(year from hired) as y, count(*) from emp group by y order by y;
select d.name, sum(e.pay) from dept d left join emp e on e.dept_id = d.id group by d.id order by d.id;
select count(*), count(pay), count(distinct pay), sum(pay) from emp;
select count(*), sum(id), max(t) from empty_one;
select dept_id, count(*) from empty_one, emp group by dept_id;
select grade, array_agg(name order by name) from emp group by grade order by grade;
select dept_id, string_agg(name, ',' order by pay desc nulls last) filter (where grade <> 'C') from emp group by dept_id order by dept_id;
-- error: 42803
select dept_id, name from emp group by dept_id;
-- error: 42803
select name from emp where count(*) > 1;
-- error: 42803
select sum(count(*)) from emp;
-- error: 42702
select id from emp e join dept d on d.id = e.dept_id;
-- error: 42703
select e.nothing from emp e;
-- error: 42P01
select x.name from emp e;
-- error: 42712
select * from emp e, dept e;
-- error: 42601
select from where;
select distinct grade from emp order by grade;
select distinct on (dept_id) dept_id, name from emp order by dept_id, pay desc nulls last, id;
-- error: 42P10
select distinct name from emp order by pay;
select name from emp where pay > (select avg(pay) from emp) order by name;
select name from emp where dept_id in (select id from dept where parent = 1) order by name;
select name from emp where dept_id not in (select id from dept where parent = 1) order by name;
select name from emp e where exists (select 1 from emp s where s.boss_id = e.id) order by name;
select name from emp where pay >= all (select pay from emp where pay is not null);
select name from emp where pay = any (select pay from emp where id in (2, 3)) order by name;
select name, (select count(*) from emp s where s.boss_id = e.id) as staff from emp e order by id;
select name, (select name from dept where id = e.dept_id) from emp e order by id;
-- error: 21000
select (select id from emp);
-- error: 42601
select (select id, name from emp where id = 1);
select (select id from emp where false), exists (select 1 from empty_one);
select * from emp where (dept_id, grade) = (2, 'B') order by id;
select * from emp where (dept_id, grade) in ((2, 'B'), (3, 'C')) order by id;
select name from emp where (pay, id) > (5000, 2) order by id;
with rich as (select * from emp where pay > 4500), n as (select count(*) as c from rich) select name, c from rich, n order by name;
with a as (select 1 as x), b as (select x + 1 as y from a) select * from a, b;
with recursive tree (id, name, depth, path) as (
    select id, name, 0, name from dept where parent is null
    union all
    select d.id, d.name, t.depth + 1, t.path || '/' || d.name from dept d join tree t on d.parent = t.id
) select * from tree order by path;
with recursive f (a, b) as (values (0, 1) union all select b, a + b from f where b < 50) select a from f;
with recursive r as (select 1 as n union select (n % 3) + 1 from r) select n from r order by n;
with up as (update emp set pay = pay + 1 where id = 3 returning id, pay) select * from up;
with gone as (delete from emp where id = 6 returning *), added as (insert into emp (id, name) select id + 100, name from gone returning id, name) select * from added;
select 1 union select 2 union select 1 order by 1;
select 1 union all select 2 union all select 1 order by 1 desc;
select dept_id from emp intersect select id from dept order by 1;
select id from dept except select dept_id from emp order by 1;
select grade from emp intersect all select grade from emp where id < 4 order by 1;
select dept_id from emp except all select 2 order by 1;
(select name from emp order by pay desc nulls last limit 1) union all (select name from dept order by id limit 1) order by 1;
select 1 as a union select 2.5 order by a;
select 'x' union select null order by 1;
-- error: 42804
select 1 union select 'x'::text;
-- error: 42601
select 1, 2 union select 3;
values (1, 'a'), (2, 'b') order by 1 desc;
select * from (values (1, 'one'), (2, 'two')) as v (n, w) where n > 1;
select column1 + 1 from (values (1), (2)) as v order by 1;
select case grade when 'A' then 1 when 'B' then 2 else 3 end as k, name from emp order by k, name;
select name from emp where grade is null or not (grade = 'B') order by name;
select name from emp where not (pay > 4000) order by name;
select true and null, false and null, true or null, not null, null = null, null is null, (null = 1) is unknown, (1 = 1) is true, (null::boolean) is not true;
select 1 = 1 and 2 > 1 or false, not true = false, 2 between 1 and 3, 2 not between 1 and 3, 2 between symmetric 3 and 1;
select name, rank() over (order by pay desc nulls last), row_number() over (order by id) from emp order by id;
select name, dept_id, sum(pay) over (partition by dept_id order by id), lag(name) over (order by id), first_value(name) over (partition by dept_id order by id) from emp order by id;
select name, count(*) over (), avg(pay) over (partition by grade) from emp order by id;
select e.name, l.top from emp e left join lateral (select s.name as top from emp s where s.boss_id = e.id order by s.pay desc nulls last limit 1) l on true order by e.id;
select d.name, x.n from dept d, lateral (select count(*) as n from emp where dept_id = d.id) x order by d.id;
-- error: 42P02
select $1;
-- error: 42P02
select 1 + $2::int;
select grade, dept_id, count(*) from emp group by rollup (grade, dept_id) order by 1, 2, 3;
select e from emp e where id = 1;
select (e).name from emp e where id = 1;
select row(1, 'a', null), row(1, 2) = row(1, 2), row(1, null) is null, row(null, null) is null;
select coalesce(pay, 0) + 1 as more, pay is null from emp order by id;
select dept.* from dept order by dept.id;
select count(*) from emp where name like '%a%' and hired > '2020-01-01';
select percentile_cont(0.5) within group (order by pay), mode() within group (order by grade) from emp;
insert into dept select id + 10, upper(name), parent from dept where id > 2 returning *;
insert into empty_one (id) select generate_series(1, 3) returning id;
update emp set pay = d.id * 100 from dept d where d.id = emp.dept_id and d.name = 'make' returning emp.id, emp.pay, d.name;
update emp set (pay, grade) = (select 1, 'Z') where id = 1 returning pay, grade;
update emp e set pay = (select max(pay) from emp) where e.id = 2 returning pay;
delete from emp using dept where dept.id = emp.dept_id and dept.name = 'sell' returning emp.name;
update emp set nothing = 1;
update nothing set x = 1;
delete from emp where nothing = 1;
select id, name, pay, grade from emp order by id;
select id, name from emp for update;
table dept order by id;
-- Names that the printer makes itself must not meet a statement's own.
select s."a~1", s."a~2" from (select 1 as "a~2", 2 as "a~1", 3 as a, 4 as b) s;
select (select name from dept where id = 1), (select name from dept where id = 2), (select name from dept "dept~2" where id = 3);
with dept_2 as (select 7 as id) select (select d.id from dept d where d.id = 1), (select d_2.id from dept d_2 where d_2.id = 2), dept_2.id from dept_2;
insert into empty_one (id, t) values ((select min(id) from dept), (select name from dept where id = 1)), ((select max(id) from dept), (select name from dept where id = 2)), (5, null) returning *;
select count(*) from dept where id = 1 or id = 2 or (id = 3 or (id = 4 or id = 5)) and not (name = 'a' and name = 'b' or name is null);
