-- Triggers as objects: what CREATE, ALTER, DROP, COMMENT say, and what depends on what.
create table t (id int primary key, a int, b text, g int generated always as (a * 2) stored);
create table u (id int primary key, t_id int references t (id));
create view v as select id, a from t;
create sequence s;
create type pair as (x int, y int);
create function f() returns trigger language plpgsql as $$ begin return new; end $$;
create function g() returns trigger language plpgsql as $$ begin return null; end $$;
create function plain() returns int language sql as $$ select 1 $$;
grant select on t to authenticated;
-- as: owner
create trigger ok_before before insert or update on t for each row execute function f();
-- error: 42710
create trigger ok_before before insert on t for each row execute function f();
create or replace trigger ok_before before insert on t for each row execute function f('a', 1, x, 2.5);
create trigger "Mixed Case" after update of a, b on t for each row when (old.a is distinct from new.a) execute procedure f();
create trigger whole after update on t for each row when (old.* is distinct from new.*) execute function f();
create trigger statement_level after insert or update or delete or truncate on t execute function f();
create trigger trans after update on t referencing old table as o new table as n for each statement execute function f();
create constraint trigger late after insert on t deferrable initially deferred for each row execute function f();
create constraint trigger at_once after insert on t from u not deferrable for each row when (new.a > 1) execute function f();
-- error: 0A000
create or replace constraint trigger at_once after insert on t for each row execute function f();
-- error: 42710
create or replace trigger at_once after insert on t for each row execute function f();
-- error: 42P01
create trigger x before insert on missing for each row execute function f();
-- error: 3F000
create trigger x before insert on nowhere.t for each row execute function f();
-- error: 42883
create trigger x before insert on t for each row execute function missing();
-- error: 42P17
create trigger x before insert on t for each row execute function plain();
-- error: 42809
create trigger x instead of insert on t for each row execute function f();
-- error: 42809
create trigger x before insert on v for each row execute function f();
-- error: 42809
create trigger x after update on v for each row execute function f();
-- error: 42809
create trigger x before truncate on v execute function f();
-- error: 42809
create trigger x before insert on s execute function f();
-- error: 42809
create trigger x before insert on pair execute function f();
create trigger vi instead of insert or update or delete on v for each row execute function f();
create trigger vs before insert on v for each statement execute function f();
-- error: 0A000
create trigger x instead of insert on v execute function f();
-- error: 0A000
create trigger x instead of update on v for each row when (true) execute function f();
-- error: 0A000
create trigger x instead of update of a on v for each row execute function f();
-- error: 0A000
create trigger x before truncate on t for each row execute function f();
-- error: 42703
create trigger x before update of missing on t for each row execute function f();
-- error: 42701
create trigger x before update of a, a on t for each row execute function f();
-- error: 42601
create trigger x before insert of a on t for each row execute function f();
-- error: 0A000
create trigger x after update on t referencing old row as o for each row execute function f();
-- error: 42809
create trigger x after update on v referencing old table as o for each statement execute function f();
-- error: 42P17
create trigger x before update on t referencing old table as o for each row execute function f();
-- error: 0A000
create trigger x after truncate on t referencing old table as o execute function f();
-- error: 0A000
create trigger x after insert or update on t referencing new table as n execute function f();
-- error: 0A000
create trigger x after update of a on t referencing new table as n execute function f();
-- error: 42P17
create trigger x after delete on t referencing new table as n execute function f();
-- error: 42P17
create trigger x after insert on t referencing old table as n execute function f();
-- error: 42P17
create trigger x after update on t referencing old table as n old table as m execute function f();
-- error: 42P17
create trigger x after update on t referencing old table as n new table as n execute function f();
-- error: 42P17
create trigger x before insert on t for each row when (old.a = 1) execute function f();
-- error: 42P17
create trigger x before delete on t for each row when (new.a = 1) execute function f();
-- error: 42P17
create trigger x before update on t for each statement when (new.a = 1) execute function f();
-- error: 42P17
create trigger x before insert or update on t for each row when (old.a = 1) execute function f();
-- error: 42P17
create trigger x before update on t for each row when (new.g = 1) execute function f();
-- error: 42P17
create trigger x before update on t for each row when (new is not null) execute function f();
create trigger when_old before update on t for each row when (old.g = 1) execute function f();
create trigger when_after after update on t for each row when (new.g = 1) execute function f();
-- error: 0A000
create trigger x before update on t for each row when (new.a = (select 1)) execute function f();
-- error: 42804
create trigger x before update on t for each row when (new.a) execute function f();
-- error: 42703
create trigger x before update on t for each row when (new.missing = 1) execute function f();
-- error: 42702
create trigger x before update on t for each row when (a = 1) execute function f();
-- error: 42P01
create trigger x before update on t for each row when (t.a = 1) execute function f();
-- error: 42803
create trigger x before update on t for each row when (count(new.a) = 1) execute function f();
create trigger const before update on t for each statement when (1 = 1) execute function f();
drop trigger const on t;
-- error: 42704
drop trigger const on t;
drop trigger if exists const on t;
-- error: 42P01
drop trigger const on missing;
drop trigger if exists const on missing;
alter trigger when_old on t rename to renamed;
-- error: 42704
alter trigger when_old on t rename to renamed;
-- error: 42710
alter trigger renamed on t rename to whole;
-- error: 42809
alter trigger renamed on s rename to whole;
-- error: 42P01
alter trigger renamed on missing rename to whole;
comment on trigger renamed on t is 'a comment';
-- error: 42704
comment on trigger missing on t is 'a comment';
alter table t disable trigger renamed;
alter table t enable trigger renamed;
alter table t enable always trigger renamed;
alter table t enable replica trigger renamed;
alter table t disable trigger user;
-- error: 42501
alter table t enable trigger all;
-- error: 42704
alter table t disable trigger missing;
-- error: 42809
alter table v disable trigger vi;
-- error: 2BP01
alter table t drop constraint late;
-- error: 2BP01
drop function f();
-- error: 2BP01
alter table t drop column b;
-- error: 2BP01
alter table t drop column a;
-- error: 0A000
alter table t alter column b type varchar(20);
alter table t rename column b to bb;
alter table t rename to tt;
create trigger again before update of bb on tt for each row execute function f();
alter table tt drop column bb cascade;
-- error: 42704
drop trigger again on tt;
-- error: 42704
drop trigger "Mixed Case" on tt;
drop trigger whole on tt;
alter function f() rename to ff;
create trigger more before insert on u for each row execute function ff();
create trigger of_g before insert on u for each row execute function g();
drop function g() cascade;
-- error: 42704
drop trigger of_g on u;
drop trigger more on u;
-- as: alice
-- error: 42501
drop trigger renamed on tt;
-- error: 42501
alter table tt disable trigger renamed;
-- error: 42501
alter trigger renamed on tt rename to other;
-- error: 42501
comment on trigger renamed on tt is 'x';
-- as: owner
revoke trigger on tt from authenticated;
-- as: alice
-- error: 42501
create trigger x before insert on tt for each row execute function ff();
-- as: owner
grant trigger on tt to authenticated;
revoke execute on function ff() from public, authenticated, anon, service_role;
-- as: alice
-- error: 42501
create trigger x before insert on tt for each row execute function ff();
-- as: owner
drop function ff() cascade;
drop table tt cascade;
