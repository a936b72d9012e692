-- What partitions cannot do here is refused; what they cannot do anywhere is refused with PostgreSQL's SQLSTATE.
create table t (a int not null, b text, c numeric) partition by list (b);
create table t_x partition of t for values in ('x');
create table plain (a int not null, b text, c numeric);
-- as: owner
-- error: 42P17
create table p partition of plain for values in ('q');
-- error: 42P17
alter table plain attach partition t_x for values in ('q');
-- error: 42P17
alter table plain detach partition t_x;
-- error: 42P16
create table p partition of t for values from ('a') to ('b');
-- error: 42P17
create table p partition of t for values in ('y', 'x');
create table t_null partition of t for values in (null, 'n');
-- error: 42P17
create table p partition of t for values in (null);
insert into t values (1, null, 1), (2, 'n', 2), (3, 'x', 3);
select a from t_null order by a;
select a from t_x;
-- error: 23514
insert into t values (4, 'zz', 4);
-- error: 23514
update t set b = 'zz';
-- error: 23514
update t_x set b = null;
-- error: 42P16
alter table t_x alter column a drop not null;
-- error: 42P16
alter table t_x drop column c;
-- error: 42P16
alter table t drop column b;
-- error: 42P16
alter table t alter column b type varchar(10);
alter table t alter column c type int;
select pg_typeof(c)::text, c from t_x;
alter table t add column d int default 5;
select a, d from t_x;
alter table t add constraint c_positive check (c > 0);
-- error: 23514
insert into t_x values (9, 'x', -1);
-- error: 23514
alter table t add constraint c_large check (c > 2);
-- error: 42P07
create table t_x partition of t for values in ('y');
create table lowered (name text, n int) partition by list (lower(name));
create table lowered_a partition of lowered for values in ('a');
-- refusals: skipped
alter table lowered rename column name to title;
alter table lowered rename column n to m;
insert into lowered values ('A', 1) returning m;
-- as: anon
-- error: 42501
create table t_z partition of t for values in ('z');
-- error: 42501
drop table t_x;
-- error: 42501
alter table t detach partition t_x;
