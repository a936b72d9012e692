-- Functions in WHEN of triggers.
create table t (id int primary key, n int, s text);
create table flags (k text primary key, v int);
insert into flags values ('limit', 10);
create table log (id int generated always as identity, what text);
create function over_limit(n int) returns boolean language plpgsql stable as $$ begin return n > (select v from flags where k = 'limit'); end $$;
create function over_limit_sql(n int) returns boolean language sql stable as $$ select n > (select v from flags where k = 'limit') $$;
create function is_num(t text) returns boolean language plpgsql immutable as $$ begin perform t::int; return true; exception when others then return false; end $$;
create function changed(a t, b t) returns boolean language plpgsql immutable as $$ begin return a.n is distinct from b.n; end $$;
create function note() returns trigger language plpgsql as $$ begin insert into log (what) values (tg_name || ' ' || new.id); return new; end $$;
create function bump() returns trigger language plpgsql as $$ begin new.n := new.n * 2; return new; end $$;
create trigger a_limit after insert or update on t for each row when (over_limit(new.n)) execute function note();
create trigger b_sql after insert on t for each row when (over_limit_sql(new.n)) execute function note();
create trigger c_num before insert on t for each row when (is_num(new.s)) execute function bump();
create trigger d_changed after update on t for each row when (changed(old, new)) execute function note();
create function who_is() returns boolean language plpgsql as $$ begin return current_user = 'authenticated'; end $$;
create trigger e_who after insert on t for each row when (who_is()) execute function note();
create function writing() returns boolean language plpgsql as $$ begin insert into flags values ('x', 1); return true; end $$;
grant all on t, log, flags to authenticated;
-- as: owner
insert into t values (1, 5, 'x'), (2, 20, 'y'), (3, 6, '7');
select * from t order by id;
update t set s = 'z' where id = 1;
update t set n = n + 10 where id = 1;
update flags set v = 100;
insert into t values (4, 50, 'x');
select what from log order by id;
-- error: 2BP01
drop function over_limit(int);
drop function over_limit(int) cascade;
select tgname from pg_trigger where tgrelid = 't'::regclass order by 1;
alter table t rename column n to m;
insert into t values (6, 300, 'x');
-- as: alice
delete from log;
insert into t values (9, 1, 'x');
select what from log order by id;
-- as: owner
delete from log;
insert into t values (10, 1, 'x');
select count(*) from log;
