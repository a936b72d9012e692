-- Functions that write, called in RETURNING.
create table people (id int primary key, name text, n int);
create table log (id int generated always as identity, what text);
create table other (id int, x text);
insert into other values (1, 'one'), (2, 'two');
create function writes(t text) returns text language plpgsql as $$ begin insert into log (what) values (t); return t; end $$;
create function writes_row(p people) returns text language plpgsql as $$ begin insert into log (what) values (p.name); return p.name; end $$;
create function after_people() returns trigger language plpgsql as $$ begin insert into log (what) values ('after ' || coalesce(new.id, old.id)); return null; end $$;
create function fails(n int) returns int language plpgsql as $$ begin insert into log (what) values ('fails'); if n = 13 then raise exception 'no'; end if; return n; end $$;
create function calls_in(n int) returns text language plpgsql as $$
declare s text;
begin
    insert into people values (n, 'in', 0) returning writes(name || n) into s;
    return s;
exception when unique_violation then return 'taken';
end $$;
create view seen as select * from people;
create function next_one() returns int language plpgsql as $$ declare n int; begin select count(*) into n from log; insert into log (what) values ('n' || n); return n; end $$;
-- as: owner
insert into people values (1, 'a', 10) returning writes(name), id, n + 1;
insert into people values (2, 'b', 20), (3, 'c', 30) returning id, writes(name || id);
update people set n = n + 1 where id < 3 returning id, writes(n::text), n;
update people set n = 5 from other where other.id = people.id returning other.x, writes(x || n);
delete from people where id = 3 returning id, writes('gone ' || name);
insert into people values (1, 'z', 0) on conflict (id) do update set name = 'again' returning writes(name), name;
insert into people values (1, 'z', 0) on conflict do nothing returning writes(name), name;
insert into people values (7, 'seven', 0) on conflict (id) do update set name = 'again' returning writes(name), name;
insert into seen values (8, 'eight', 8) returning writes(name), next_one(), id;
select what from log order by id;
delete from log;
create trigger after_people after insert or update or delete on people for each row execute function after_people();
insert into people values (9, 'nine', 9) returning writes(name);
update people set n = n where id = 9 returning writes(name), next_one();
select what from log order by id;
delete from log;
-- error: P0001
insert into people values (20, 'x', 1), (21, 'y', 13) returning fails(n);
select count(*) from log;
select count(*) from people where id > 19;
select calls_in(30), calls_in(30), calls_in(31);
select what from log order by id;
-- error: 23505
insert into people values (9, 'nine', 9) returning writes(name);
delete from people where id > 29 returning writes(name) is null, 1 as one;
