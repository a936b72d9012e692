-- Triggers that fire: BEFORE and AFTER, rows and statements, what they change and what they see.
create table log (id int generated always as identity primary key, what text);
create table t (id int primary key, a int not null default 0, b text, updated int not null default 0,
                g int generated always as (a * 2) stored);
create table counters (name text primary key, n int not null);
insert into counters values ('t', 0);
create function log_row() returns trigger language plpgsql as $$
begin
  insert into log (what) values (concat_ws(' ', tg_name, tg_when, tg_level, tg_op, tg_table_name, tg_argv[0],
    'old', row_to_json(old), 'new', row_to_json(new)));
  return coalesce(new, old);
end $$;
create function log_statement() returns trigger language plpgsql as $$
begin
  insert into log (what) values (concat_ws(' ', tg_name, tg_when, tg_level, tg_op, tg_table_name));
  return null;
end $$;
create function touch() returns trigger language plpgsql as $$
begin
  new.updated := old.updated + 1;
  return new;
end $$;
create function count_rows() returns trigger language plpgsql as $$
begin
  if tg_op = 'INSERT' then
    update counters set n = n + 1 where name = tg_argv[0];
  elsif tg_op = 'DELETE' then
    update counters set n = n - 1 where name = tg_argv[0];
  end if;
  return null;
end $$;
create trigger touch before update on t for each row execute function touch();
create trigger a_log_insert after insert on t for each row execute function log_row('x');
create trigger b_log_update after update on t for each row execute function log_row();
create trigger c_log_delete after delete on t for each row execute function log_row();
create trigger count_rows after insert or delete on t for each row execute function count_rows('t');
create trigger s_before before insert or update or delete on t for each statement execute function log_statement();
create trigger s_after after insert or update or delete on t for each statement execute function log_statement();
-- as: owner
insert into t (id, a, b) values (1, 10, 'one');
insert into t (id, a, b) values (2, 20, 'two'), (3, 30, 'three') returning *;
insert into t (id, a) select 10 + i, i from generate_series(1, 2) as x (i);
select what from log order by id;
select * from counters;
delete from log;
update t set b = 'changed' where id = 1;
update t set a = a + 1 where id > 1 returning id, a, g, updated;
update t set b = 'none' where id = 100;
select what from log order by id;
select * from t order by id;
delete from log;
delete from t where id = 1 returning *;
delete from t where id = 100;
delete from t;
select what from log order by id;
select * from counters;
delete from log;
-- upserts
insert into t (id, a, b) values (1, 1, 'first') on conflict (id) do update set a = excluded.a, b = 'upsert';
insert into t (id, a, b) values (1, 2, 'second') on conflict (id) do update set a = excluded.a, b = 'upsert' returning *;
insert into t (id, a, b) values (1, 2, 'second') on conflict (id) do nothing;
select what from log order by id;
delete from log;
insert into t (id, a, b) values (1, 3, 'x'), (2, 4, 'y') on conflict (id) do update set a = excluded.a + t.a;
-- not by id: those that conflict come behind the others here
select what from log order by what;
select * from t order by id;
select * from counters;
delete from log;
-- UPDATE OF and WHEN
drop trigger touch on t;
drop trigger b_log_update on t;
drop trigger s_before on t;
drop trigger s_after on t;
create trigger of_a after update of a on t for each row execute function log_row('of a');
create trigger when_b after update on t for each row when (old.b is distinct from new.b) execute function log_row('when b');
create trigger when_row after update on t for each row when (old.* is distinct from new.*) execute function log_row('when row');
create trigger when_null after update on t for each row when (new.b > 'm') execute function log_row('when null');
update t set b = b, a = a;
update t set b = 'z' where id = 1;
update t set b = null where id = 1;
update t set a = 5 where id = 2;
select what from log order by id;
delete from log;
alter table t disable trigger when_row;
update t set b = 'again' where id = 1;
alter table t disable trigger all;
update t set b = 'quiet', a = 9 where id = 1;
alter table t enable trigger user;
alter table t enable replica trigger of_a;
update t set b = 'again', a = 8 where id = 1;
select what from log order by id;
delete from log;
-- BEFORE: changed rows, NULL, generated columns, keys, order by name
create table p (id int primary key, name text not null check (name <> 'bad'), size int,
                len int generated always as (length(name)) stored);
create function change() returns trigger language plpgsql as $$
begin
  if new.name = 'skip' then return null; end if;
  if new.name = 'null' then new.name := null; end if;
  new.name := new.name || coalesce(tg_argv[0], '');
  if new.size is null then new.size := 0; end if;
  if new.id < 0 then new.id := - new.id; end if;
  return new;
end $$;
create trigger b_second before insert or update on p for each row execute function change('2');
create trigger a_first before insert or update of name on p for each row execute function change('1');
insert into p (id, name) values (1, 'x') returning *;
insert into p (id, name) values (2, 'skip') returning *;
insert into p (id, name) values (-3, 'y'), (4, 'skip'), (5, 'z') returning *;
-- error: 23502
insert into p (id, name) values (6, 'null');
-- error: 23505
insert into p (id, name) values (-1, 'a');
update p set size = 5 where id = 1 returning *;
update p set name = 'skip' where id = 1 returning *;
update p set name = 'u', id = - id where id = 3 returning *;
update p set name = 'w' where id in (3, 5) returning id, name, len;
insert into p (id, name) values (1, 'c') on conflict (id) do update set name = excluded.name returning *;
insert into p (id, name) values (1, 'd'), (7, 'e') on conflict (id) do update set name = excluded.name, size = 7 returning *;
insert into p (id, name) values (-1, 'd') on conflict do nothing returning *;
select * from p order by id;
create function keep() returns trigger language plpgsql as $$
begin
  if old.size = 7 then return null; end if;
  return old;
end $$;
create trigger keep before delete on p for each row execute function keep();
delete from p where id in (1, 5) returning *;
delete from p;
select * from p order by id;
-- nested, recursion, errors
create table r (id int primary key, n int);
create function recurse() returns trigger language plpgsql as $$
begin
  if new.n > 0 then insert into r values (new.id + 1, new.n - 1); end if;
  return null;
end $$;
create trigger recurse after insert on r for each row execute function recurse();
insert into r values (1, 3);
select * from r order by id;
create function fail() returns trigger language plpgsql as $$
begin
  raise exception 'no % here', new.id using errcode = 'P0123', hint = 'hint';
end $$;
create trigger z_fail before insert on r for each row when (new.n = 99) execute function fail();
-- error: P0123
insert into r values (100, 99);
create trigger z_fail_after after update on r for each row execute function fail();
-- error: P0123
update r set n = 1;
select * from r order by id;
create function no_return() returns trigger language plpgsql as $$ begin end $$;
create trigger zz before delete on r for each row execute function no_return();
-- error: 2F005
delete from r;
drop trigger zz on r;
-- transition tables
create function sums() returns trigger language plpgsql as $$
begin
  if tg_op = 'INSERT' then
    insert into log (what) select 'insert ' || count(*) || ' ' || coalesce(sum(n), 0) from fresh;
  elsif tg_op = 'UPDATE' then
    insert into log (what) select 'update ' || o.id || ' ' || o.n || ' ' || f.n from stale o join fresh f using (id) order by o.id;
  else
    insert into log (what) select 'delete ' || count(*) || ' ' || coalesce(sum(n), 0) from stale;
  end if;
  return null;
end $$;
create table tt (id int primary key, n int);
create trigger i after insert on tt referencing new table as fresh for each statement execute function sums();
create trigger u after update on tt referencing new table as fresh old table as stale for each statement execute function sums();
create trigger d after delete on tt referencing old table as stale for each statement execute function sums();
insert into tt select i, i * 10 from generate_series(1, 4) as x (i);
update tt set n = n + 1 where id < 3;
update tt set n = n + 1 where id < 0;
insert into tt values (1, 100), (9, 900) on conflict (id) do update set n = excluded.n;
delete from tt where id > 2;
delete from tt where id > 200;
select what from log order by id;
delete from log;
-- foreign keys' actions
create table parent (id int primary key);
create table child (id int primary key, p int references parent on delete cascade on update cascade);
create table grandchild (id int primary key, c int references child on delete set null);
create trigger c after insert or update or delete on child for each row execute function log_row();
create trigger cs after update or delete on child for each statement execute function log_statement();
create trigger g after update or delete on grandchild for each row execute function log_row();
create trigger p after delete on parent for each row execute function log_row();
insert into parent values (1), (2), (3);
insert into child values (10, 1), (11, 1), (20, 2);
insert into grandchild values (100, 10), (200, 20);
delete from log;
update parent set id = 5 where id = 2;
delete from parent where id = 1;
select what from log order by id;
select * from child order by id;
select * from grandchild order by id;
-- a column that came with a default is in old rows too
create table grows (id int primary key);
insert into grows values (1), (2);
alter table grows add column kind text default 'plain', add column n int not null default 7;
create trigger grows after update or delete on grows for each row execute function log_row();
delete from log;
update grows set id = 3 where id = 1;
update grows set kind = 'new' where id = 2;
delete from grows;
select what from log order by what;
-- keys' actions on tables with BEFORE ROW triggers
create table boss (id int primary key, name text);
create table team (id int primary key, boss int references boss on delete set null, touched int not null default 0);
create table member (id int primary key, team int references team on delete cascade, boss int references boss on update cascade);
create table tree (id int primary key, up int references tree on delete cascade);
create function touched() returns trigger language plpgsql as $$ begin new.touched := old.touched + 1; return new; end $$;
create function noted() returns trigger language plpgsql as $$
begin insert into log (what) values (concat_ws(' ', tg_name, tg_table_name, row_to_json(old))); return old; end $$;
create trigger touched before update on team for each row execute function touched();
create trigger noted before delete on member for each row execute function noted();
create trigger noted before delete on tree for each row execute function noted();
create trigger named before update on boss for each row execute function noted();
insert into boss values (1, 'a'), (2, 'b');
insert into team values (10, 1), (11, 1), (12, 2);
insert into member values (100, 10), (101, 10), (102, 12);
insert into tree values (1, null), (2, 1), (3, 2), (4, 1);
delete from log;
delete from boss where id = 1;
select * from team order by id;
delete from team where id = 10 returning *;
select * from member order by id;
delete from tree where id = 1;
select * from tree;
update boss set name = 'c' where id = 2;
select what from log order by what;
