-- Constraint triggers, now and at the end; triggers with policies; TRUNCATE; pg_trigger_depth.
create table log (id int generated always as identity primary key, what text);
create table accounts (id int primary key, balance int not null);
create table moves (id int generated always as identity primary key, account int, amount int);
insert into accounts values (1, 0), (2, 0);
create function balanced() returns trigger language plpgsql as $$
begin
  if (select sum(balance) from accounts) <> 0 then
    raise exception 'accounts are not balanced' using errcode = '23514';
  end if;
  return null;
end $$;
create constraint trigger balanced after insert or update or delete on accounts
  deferrable initially deferred for each row execute function balanced();
create function transfer(a int, b int, n int) returns void language plpgsql as $$
begin
  update accounts set balance = balance - n where id = a;
  update accounts set balance = balance + n where id = b;
end $$;
create function half(a int, n int) returns text language plpgsql as $$
begin
  begin
    update accounts set balance = balance - n where id = a;
    raise exception 'undone';
  exception when raise_exception then
    return 'caught';
  end;
end $$;
create function note() returns trigger language plpgsql as $$
begin
  insert into log (what) values (concat_ws(' ', tg_name, tg_when, tg_level, tg_op, tg_table_name, pg_trigger_depth()));
  return null;
end $$;
create table now (id int primary key, n int);
create constraint trigger at_once after insert on now for each row when (new.n > 5) execute function note();
create constraint trigger later after update on now deferrable initially immediate for each row execute function note();
create table notes (id int primary key, owner text, body text);
alter table notes enable row level security;
grant all on notes, log to authenticated;
create policy own on notes using (owner = 'alice') with check (owner = 'alice');
create function set_owner() returns trigger language plpgsql as $$
begin
  if new.body = 'mine' then new.owner := 'alice'; end if;
  if new.body = 'theirs' then new.owner := 'bob'; end if;
  return new;
end $$;
create trigger set_owner before insert or update on notes for each row execute function set_owner();
-- as: owner
-- error: 23514
update accounts set balance = 5 where id = 1;
select transfer(1, 2, 7);
select half(1, 3);
select * from accounts order by id;
-- error: 23514
delete from accounts where id = 1;
delete from accounts;
insert into now values (1, 1), (2, 9);
update now set n = 3;
select what from log order by id;
delete from log;
insert into notes values (1, 'bob', 'x');
-- as: alice
insert into notes values (2, 'alice', 'a') returning *;
-- error: 42501
insert into notes values (3, 'bob', 'a');
insert into notes values (4, 'bob', 'mine') returning *;
-- error: 42501
insert into notes values (5, 'alice', 'theirs');
update notes set body = 'b' returning *;
-- error: 42501
update notes set body = 'theirs' where id = 2;
update notes set owner = 'bob', body = 'mine' where id = 2 returning *;
insert into notes values (2, 'x', 'mine') on conflict (id) do update set body = 'again' returning *;
-- error: 42501
insert into notes values (2, 'x', 'mine') on conflict (id) do update set body = 'theirs';
select * from notes order by id;
delete from notes where id = 1;
-- as: owner
select * from notes order by id;
-- depth and TRUNCATE
create table a (id int);
create table b (id int);
create function pass_on() returns trigger language plpgsql as $$
begin
  insert into b values (new.id);
  return null;
end $$;
create trigger pass_on after insert on a for each row execute function pass_on();
create trigger noted after insert on a for each statement execute function note();
create trigger noted after insert on b for each row execute function note();
create trigger top after insert on b for each row when (pg_trigger_depth() < 1) execute function note();
insert into a values (1), (2);
insert into b values (3);
select pg_trigger_depth();
select what from log order by id;
delete from log;
create function forever() returns trigger language plpgsql as $$
begin
  insert into b values (new.id + 1);
  return null;
end $$;
create trigger forever after insert on b for each row execute function forever();
-- error: 54001
insert into b values (1);
drop trigger forever on b;
select count(*) from b;
create trigger before_truncate before truncate on a execute function note();
create trigger after_truncate after truncate on a execute function note();
truncate a;
truncate a, b;
select count(*) from a;
select what from log order by id;
alter table a disable trigger before_truncate;
create trigger refused before truncate on b execute function note();
create function refuse() returns trigger language plpgsql as $$
begin
  raise exception 'no';
end $$;
create or replace trigger refused before truncate on b execute function refuse();
insert into b values (1);
-- error: P0001
truncate b;
select count(*) from b;
-- SET CONSTRAINTS inside one transaction
insert into accounts values (1, 0), (2, 0);
do $$
begin
  update accounts set balance = balance - 1 where id = 1;
  set constraints balanced immediate;
  raise exception 'not reached';
exception when check_violation then
  insert into log (what) values ('refused at once');
end $$;
-- error: 23514
do $$
begin
  set constraints all immediate;
  update accounts set balance = balance - 1 where id = 1;
end $$;
do $$
begin
  set constraints balanced deferred;
  update accounts set balance = balance - 1 where id = 1;
  update accounts set balance = balance + 1 where id = 2;
end $$;
-- error: 42704
set constraints nothing deferred;
-- error: 42809
set constraints at_once deferred;
set constraints later deferred;
-- error: 55006
do $$
begin
  update accounts set balance = balance + 1;
  alter table accounts add column x int;
end $$;
select what from log order by id;
select * from accounts order by id;
