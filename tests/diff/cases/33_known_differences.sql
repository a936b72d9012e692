-- What used to be refused, or to differ.
create table docs (
    id int primary key, title text, body varchar(50), code char(5), n int, j json, c name, conf regconfig default 'pg_catalog.english', w tsvector, v tsvector);
create domain words as tsvector;
create domain title as text;
create table docs_domains (id int primary key, title title, conf regconfig, v words);
create table people (id int primary key, first text, last text, a int, b int);
insert into people values (1, 'Ann', 'Bee', 1, 2), (2, 'Cid', 'Dee', 3, 4);
create function full_name(p people) returns text language sql stable as $$ select p.first || ' ' || p.last $$;
create function pl_name(p people) returns text language plpgsql stable as $$ begin return p.first || '/' || p.last; end $$;
create function friends(p people) returns setof people language sql stable as $$ select * from people where id <> p.id $$;
create type pair as (x int, y text);
create function make_pair(n int) returns pair language sql immutable as $$ select n, 'y' || n $$;
create function make_pair_pl(n int) returns pair language plpgsql immutable as $$ declare r pair; begin r.x := n; r.y := 'p' || n; return r; end $$;
create function outs(n int, out a int, out b text) language sql immutable as $$ select n + 1, 'b' || n $$;
create function outs_pl(n int, out a int, out b text) language plpgsql as $$ begin a := n + 1; b := 'b' || n; end $$;
create function recs(n int) returns record language sql immutable as $$ select n, 'x' $$;
create function pairs(n int) returns setof pair language sql immutable as $$ select i, 'y' || i from generate_series(1, n) i $$;
create function pairs_pl(n int) returns setof pair language plpgsql immutable as $$ begin return query select i, 'y' || i from generate_series(1, n) i; end $$;
create function person(n int) returns people language sql stable as $$ select * from people where id = n $$;
create function table_of(n int) returns table (k int, v text) language plpgsql as $$ begin for i in 1..n loop k := i; v := 'v' || i; return next; end loop; end $$;
create table pts (id int, p pair);
insert into pts values (1, row(1, 'a')), (2, null);
create table log (id int generated always as identity, what text);
create function writes(t text) returns text language plpgsql as $$ begin insert into log (what) values (t); return t; end $$;
create function cursors_rec(n int) returns text language plpgsql as $$
declare c cursor for select i from generate_series(1, n) i; r int; s text := '';
begin
    open c;
    fetch c into r; s := s || r;
    if n > 1 then s := s || '[' || cursors_rec(n - 1) || ']'; end if;
    fetch c into r; s := s || coalesce(r::text, '-');
    close c;
    return s;
end $$;
create function cursors_named() returns text language plpgsql as $$
declare a refcursor := 'same'; b refcursor := 'same';
begin
    open a for select 1; open b for select 2; return 'no';
exception when duplicate_cursor then return 'duplicate';
end $$;
create function cursors_outer() returns text language plpgsql as $$
declare a refcursor := 'shared'; n int;
begin open a for select 1 union all select 2; return cursors_inner() || 'x'; end $$;
create function cursors_inner() returns text language plpgsql as $$
declare a refcursor := 'shared'; n int;
begin fetch a into n; return n; end $$;
create type spot as (x int, y int);
create procedure makes(n int) language plpgsql as $$ begin
    execute format('create table made_%s (a int)', n);
    execute format('insert into made_%s values (%s)', n, n);
    insert into log (what) values ('made ' || n);
end $$;
create procedure makes_plain() language plpgsql as $$ begin create table made_plain (a int primary key); insert into made_plain values (1); alter table made_plain add column b int default 5; end $$;
create procedure outer_makes() language plpgsql as $$ begin call makes(7); call makes_plain(); update made_plain set b = 6; end $$;
create procedure proc_outs(n int, inout m int) language plpgsql as $$ begin m := m + n; end $$;
create procedure outs_ddl(n int, inout m int) language plpgsql as $$ begin m := m + n; execute format('create table outs_%s (a int)', n); end $$;
create function calls() returns int language plpgsql as $$ begin call makes(9); return 1; end $$;
create procedure fails() language plpgsql as $$ begin create table failed (a int); perform 1/0; end $$;
create procedure catches() language plpgsql as $$ begin begin create table caught (a int); perform 1/0; exception when division_by_zero then create table after_caught (a int); end; end $$;
create table doubles (id int primary key, other int);
create function check_pair() returns trigger language plpgsql as $$ begin insert into log (what) values ('check ' || new.id || ' ' || current_user); return null; end $$;
create constraint trigger pair_later after insert on doubles deferrable initially deferred for each row execute function check_pair();
create constraint trigger pair_now after insert on doubles deferrable for each row when (new.id > 100) execute function check_pair();
create function adds_immediate(n int) returns text language plpgsql as $$
declare s text;
begin
    set constraints all immediate;
    insert into doubles values (n);
    select string_agg(what, ',' order by id) into s from log where what like 'check ' || n || '%';
    return s;
end $$;
create function adds_deferred(n int) returns bigint language plpgsql as $$
begin
    set constraints pair_now deferred;
    insert into doubles values (n);
    return (select count(*) from log where what like 'check ' || n || '%');
end $$;
create function adds_then(n int) returns bigint language plpgsql as $$
begin
    insert into doubles values (n);
    set constraints pair_later immediate;
    return (select count(*) from log where what like 'check ' || n || '%');
end $$;
create function adds_definer(n int) returns int language plpgsql security definer as $$ begin insert into doubles values (n); return n; end $$;
create function adds_definer_now(n int) returns int language plpgsql security definer as $$ begin insert into doubles values (n); set constraints pair_later immediate; return n; end $$;
create function no_such() returns int language plpgsql as $$ begin set constraints nothing immediate; return 1; end $$;
create table kid (id int primary key, p int constraint kid_p references doubles deferrable);
create function adds_kid(n int) returns int language plpgsql as $$
begin set constraints kid_p deferred; insert into kid values (n, n); insert into doubles values (n); return n; end $$;
create function adds_bad_kid(n int) returns int language plpgsql as $$
begin set constraints all deferred; insert into kid values (n, n); return n; end $$;
grant insert, select on log, doubles to authenticated;
create table nt (id int primary key, n int not null, p int constraint p_positive check (p > 0), u text unique);
create domain even as int constraint is_even check (value % 2 = 0);
create table nc (id int primary key, t int constraint c_t references nt, e even);
insert into nt values (1, 1, 1, 'a');
insert into nc values (1, 1, 2);
create function names_of(what text) returns text language plpgsql as $$
declare c text; t text; s text; k text; d text;
begin
    case what
    when 'unique' then insert into nt values (2, 2, 2, 'a');
    when 'key' then insert into nt values (1, 2, 2, 'b');
    when 'null' then insert into nt values (3, null, 2, 'b');
    when 'check' then insert into nt values (3, 3, -2, 'b');
    when 'upsert' then insert into nt values (3, 3, -2, 'b') on conflict (id) do update set n = 9;
    when 'child' then insert into nc values (2, 99);
    when 'parent' then delete from nt where id = 1;
    when 'raise' then raise exception 'no' using column = 'col', constraint = 'con', datatype = 'dat', table = 'tab', schema = 'sch';
    when 'part' then raise unique_violation using constraint = 'only';
    when 'nested' then perform names_raise();
    when 'null name' then raise exception 'no' using table = null;
    when 'twice' then raise exception 'no' using table = 'a', table = 'b';
    when 'domain' then insert into nc (id, e) values (5, 3);
    when 'division' then perform 1 / 0;
    when 'none' then perform nothing_such();
    end case;
    return 'none';
exception when others then
    get stacked diagnostics c = column_name, t = table_name, s = schema_name, k = constraint_name, d = pg_datatype_name;
    return sqlstate || ':' || c || ':' || t || ':' || s || ':' || k || ':' || d;
end $$;
create function names_raise() returns int language plpgsql as $$ begin raise exception 'deep' using constraint = 'deep_con', table = 'deep_tab'; end $$;
create function names_again() returns text language plpgsql as $$
declare k text;
begin
    begin insert into nt values (2, 2, 2, 'a'); exception when unique_violation then raise; end;
exception when others then get stacked diagnostics k = constraint_name; return k;
end $$;
create function in_returning(t text) returns boolean language plpgsql as $$ begin perform t::int; return true; exception when others then return false; end $$;
-- as: owner
-- ---- tsvector_update_trigger looks at its columns' types
create trigger d before insert or update on docs for each row execute function tsvector_update_trigger(v, 'pg_catalog.english', n);
-- error: 42804
insert into docs (id, n) values (1, 1);
drop trigger d on docs;
create trigger d before insert or update on docs for each row execute function tsvector_update_trigger(title, 'pg_catalog.english', body);
-- error: 42804
insert into docs (id, body) values (1, 'x');
drop trigger d on docs;
create trigger d before insert or update on docs for each row execute function tsvector_update_trigger(v, 'pg_catalog.english', title, code);
-- error: 42804
insert into docs (id, title) values (1, 'x');
drop trigger d on docs;
create trigger d before insert or update on docs for each row execute function tsvector_update_trigger(v, 'pg_catalog.english', title, j);
-- error: 42804
insert into docs (id, title) values (1, 'x');
drop trigger d on docs;
create trigger d before insert or update on docs for each row execute function tsvector_update_trigger(v, 'pg_catalog.english', c);
-- error: 42804
insert into docs (id, title) values (1, 'x');
drop trigger d on docs;
create trigger d before insert or update on docs for each row execute function tsvector_update_trigger_column(v, conf, title, body);
insert into docs (id, title, body) values (1, 'The Cats', 'running'), (2, 'Dogs', null) returning id, v;
insert into docs (id, title, conf) values (3, 'The Cats', 'simple'), (4, 'Die Katzen', 'pg_catalog.german') returning id, v;
update docs set title = 'The mice' where id = 1 returning v;
update docs set conf = 'simple' where id = 1 returning v;
update docs set n = 4, v = 'x' where id = 2 returning v;
-- error: 22004
insert into docs (id, title, conf) values (5, 'x', null);
drop trigger d on docs;
create trigger d before insert or update on docs for each row execute function tsvector_update_trigger_column(v, title, title, body);
-- error: 42804
insert into docs (id, title) values (6, 'x');
drop trigger d on docs;
create trigger d before insert or update on docs for each row execute function pg_catalog.tsvector_update_trigger_column(v, nothing, title, body);
-- error: 42703
insert into docs (id, title) values (6, 'x');
create trigger e before insert or update on docs_domains for each row execute function tsvector_update_trigger_column(v, conf, title);
insert into docs_domains values (1, 'The cats', 'english') returning v;
-- ---- settings that are not there; functions of rows; rows compared; (f()).*; cursors of one name
set foo = 1;
set foo.bar = 1;
set nothing_such to 'x';
select set_config('foo', '1', false);
select current_setting('foo');
show foo;
reset foo;
set local foo = 2;
alter role anon set foo = 1;
create function sets_foo() returns int language sql set foo = 1 as $$ select 1 $$;
select p.full_name, p.pl_name from people p order by 1;
select p.full_name from people p where p.full_name like 'A%';
select people.full_name from people order by people.full_name desc;
select first, full_name(p) from people p order by 2;
select p.nothing from people p;
select p.friends from people p order by 1;
select (p).full_name from people p order by 1;
select full_name from people;
select p.id, p.full_name as fn from people p order by p.full_name;
select first(p), p.last, last(p) from people p order by 1;
select id(people) from people order by 1;
select (make_pair(3)).x, (make_pair(3)).y;
select (make_pair(3)).*;
select (make_pair_pl(3)).*;
select (outs(3)).*;
select (outs_pl(3)).a, (outs_pl(3)).b;
select (outs_pl(3)).*;
select (recs(3)).*;
select (pairs(2)).*;
select (pairs_pl(2)).*;
select (table_of(2)).*;
select id, (pairs(id)).* from people order by 1, 2;
select (person(1)).*;
select (person(9)).*;
select id, (person(id)).first, (person(id)).* from people order by id;
select (p.p).* from pts p order by id;
select id, (make_pair(id)).* from people order by 1;
select (r).* from (select make_pair(id) as r from people) s order by 1;
select (x.p).x from pts x order by 1;
insert into pts select 9, make_pair(5);
select (a, b) < (select 2, 3) from people order by id;
select id from people where (a, b) < (select 2, 3);
select id from people where (a, b) >= (select 3, 4);
select id from people where (a, b) > (select a, b from people where id = 1);
select id from people where (a, b) = (select 3, 4);
select id from people where (a, b) <> (select 3, 4);
select id from people where row(a, b) <= (select 3, 4) order by id;
select id from people where (a, b) < (select 2);
select id from people where (a, b) < (select 2, 3, 4);
select id from people where (a, b) < (select a, b from people);
select id from people where (a, b) < (select 'x', 3);
select id from people where (a, b) < (select 2, 3 where false);
select id from people where (a, b) in (select 1, 2);
select cursors_rec(3);
select cursors_named();
select cursors_outer();
select writes('order') from people order by id limit 1;
select what from log order by id; 
delete from log;
select id, writes('l' || id) from people order by id desc limit 1;
select what from log order by id;
delete from log;
select id, writes('o' || id) from people order by id offset 1;
select id, writes('p' || id) from people order by id desc limit 1 offset 1;
select id, writes('q' || id) from people order by id limit 1 offset 5;
select what from log order by id;
delete from log;
select what from log order by id;
delete from log;
select writes('n' || id) from people limit 1;
select count(*) from log;
delete from log;
select what from log order by id;
delete from log;
select what from log order by id;
select what from log order by id;
create view names as select p.full_name, first(p) as f from people p where p.pl_name like '%/%';
select * from names order by 1;
-- error: 2BP01
drop function full_name(people);
alter function full_name(people) rename to whole_name;
select * from names order by 1;
create policy by_name on people using (people.whole_name = 'Ann Bee');
alter table people enable row level security;
grant select on people to anon;
-- as: anon
select id, people.whole_name from people;
-- as: owner
drop function whole_name(people) cascade;
-- error: 42P01
select * from names;
select count(*) from pg_policies where tablename = 'people';
-- ---- ALTER TYPE of composites
-- as: owner
create function spot_of(n int) returns spot language plpgsql as $$ declare s spot; begin s.x := n; return s; end $$;
create function spots() returns setof spot language sql as $$ select 1, 2 $$;
create view spot_view as select (s).x from (select spot_of(3) as s) t;
alter type spot add attribute label text;
select spot_of(1), (spot_of(2)).*;
-- error: 42701
alter type spot add attribute x int;
-- error: 42P13
select * from spots();
alter type spot drop attribute y;
alter type spot drop attribute if exists y;
-- error: 42703
alter type spot drop attribute y;
select spot_of(1), (spot_of(2)).*;
-- error: 2BP01
alter type spot drop attribute x;
alter type spot rename attribute label to note;
-- error: 42703
alter type spot rename attribute nothing to note;
-- error: 42701
alter type spot rename attribute x to note;
select row(1, 'a')::spot, (row(1, 'a')::spot).note;
alter type spot alter attribute note type int;
-- error: 22P02
select '(1,a)'::spot;
select '(1,2)'::spot;
-- error: 42703
alter type spot alter attribute nothing type int;
create table spotted (id int, s spot[]);
-- error: 0A000
alter type spot alter attribute note type text;
-- error: 42P16
alter type spot add attribute s spot;
-- error: 42809
alter table spot add column z int;
-- error: 42809
alter type docs add attribute z int;
drop view spot_view;
drop table spotted;
alter type spot drop attribute x, add attribute z text cascade;
select '(1,2)'::spot, (row(1, 'k')::spot).z;
select attname from pg_attribute where attrelid = 'spot'::regclass and not attisdropped order by attnum;
-- ---- DDL by CALL; SET CONSTRAINTS in functions; who deferred triggers run as
-- as: owner
delete from log;
call makes(1);
select * from made_1;
call makes_plain();
select * from made_plain;
call outer_makes();
select * from made_7;
drop table made_plain;
call outer_makes();
-- error: 42P07
call makes(1);
drop table made_7;
call outer_makes();
select a, b from made_plain;
call proc_outs(3, 4);
do $$ declare k int := 5; begin call proc_outs(1, k); call makes(k + 10); call outs_ddl(8, k); if k <> 14 then raise exception 'k %', k; end if; end $$;
select * from made_16;
-- error: 22012
call fails();
-- error: 42P01
select * from failed;
call catches();
-- error: 42P01
select * from caught;
select * from after_caught;
select adds_immediate(1);
select adds_immediate(101);
select adds_deferred(102);
select adds_then(3);
select what from log where what like 'check%' order by id;
-- error: 42704
select no_such();
delete from log;
-- as: alice
select adds_definer(10);
select adds_definer_now(11);
select what from log where what like 'check 1_ %' order by id;
-- ---- what an error is about
-- as: owner
select names_of('unique');
select names_of('key');
select names_of('null');
select names_of('check');
select names_of('upsert');
select names_of('child');
select names_of('parent');
select names_of('raise');
select names_of('part');
select names_of('nested');
select names_of('null name');
select names_of('twice');
select names_of('domain');
select names_of('division');
select names_of('none');
select names_again();
insert into nt values (20, 20, 20, '20'), (21, 21, 21, 'x') returning id, in_returning(u);
update nt set n = n where id > 19 returning in_returning(u);
