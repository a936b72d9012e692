-- Functions where a wrong answer would be silent: how often and in what order they are called, what they may see.
create table log (id int generated always as identity primary key, what text);
create table t (a int primary key, b int);
insert into t values (0, null), (1, 10), (2, 0), (3, -1);
create function vol(t text) returns int language plpgsql volatile as $$ begin insert into log (what) values (t); return 1; end $$;
create function boom(t text) returns boolean language plpgsql as $$ begin raise exception 'boom'; end $$;
create function ifs(n int) returns text language plpgsql as $$
declare s text := '';
begin
    if n <> 0 and 10 / n > 1 then s := s || 'and'; end if;
    if n = 0 or 10 / n > 1 then s := s || 'or'; end if;
    if n > 5 and vol('if' || n) = 1 then s := s || 'vol'; end if;
    if n < 5 or vol('if or' || n) = 1 then s := s || 'vor'; end if;
    if not (n is null or n < 5) and (n > 100 or vol('deep') = 1) then s := s || 'deep'; end if;
    while n > 5 and vol('while' || n) = 1 loop n := n - 3; end loop;
    s := s || coalesce((n > 3 and vol('null') = 1)::text, 'null');
    return s;
end $$;
create domain positive as int check (value > 0);
create domain present as text not null;
create type pair as (a positive, b text);
create type bare_pair as (a int, b text);
create type strict_pair as (a int, b present);
create function row_next(n int) returns setof pair language plpgsql as $$ declare r pair; begin r := row(n, 'x'); return next r; return; end $$;
create function row_from(n int) returns text language plpgsql as $$ declare r pair; s bare_pair := row(n, 'y'); begin r := s; return r; end $$;
create function row_null() returns text language plpgsql as $$ declare r strict_pair; begin r := row(1, null); return r; end $$;
create function row_not_null() returns text language plpgsql as $$ declare r bare_pair not null := row(1, 'a'); begin r := null; return r; end $$;
create function row_not_null_init() returns text language plpgsql as $$ declare r bare_pair not null := null; begin return r; end $$;
create function record_not_null() returns text language plpgsql as $$ declare r record not null := row(1, 'a'); begin r := null; return r; end $$;
create function cursor_names() returns text language plpgsql as $$
declare a refcursor; b refcursor; c refcursor; s text := ''; n int;
begin
    open a for select 1; open b for select 2; close a; open c for select 3;
    fetch b into n; s := s || n; fetch c into n; s := s || n;
    close b; close c;
    return s;
end $$;
create function cursor_inner() returns text language plpgsql as $$ declare a refcursor; n int; begin open a for select 7; fetch a into n; return n::text; end $$;
create function cursor_outer() returns text language plpgsql as $$ declare a refcursor; n int; s text; begin open a for select 8; s := cursor_inner(); fetch a into n; return s || n; end $$;
create domain tiny as positive check (value < 100) not null;
create domain word as text;
create table domains (id int, ps positive[], ws word[], d tiny default 1);
create sequence tiny_numbers;
create function takes_tiny(a tiny) returns int language plpgsql as $$ begin return a; end $$;
create function tiny_of(t text) returns int language plpgsql as $$ declare d tiny; begin d := vol(t); return takes_tiny(d); end $$;
create table made (id int primary key, n int, twice int generated always as (n * 2) stored);
create function made_note() returns trigger language plpgsql as $$ begin insert into log (what) values (tg_op || ' ' || coalesce(new.twice::text, 'none') || ' ' || coalesce(old.twice::text, 'none') || ' ' || (old is distinct from new)); return new; end $$;
create trigger made_note before insert or update on made for each row execute function made_note();
create function element_of(n int) returns text language plpgsql as $$ declare r positive[]; begin r[1] := n; return r; end $$;
create function array_of(n int) returns text language plpgsql as $$ declare r positive[]; begin r := array[1, n]; return r; end $$;
create function words_of(n text) returns text language plpgsql as $$ declare r word[]; s text[] := array['a', n]; begin r := s; r[3] := n; r := r || 'c'; return r; end $$;
-- as: owner
select true or vol('c') = 1, false and vol('d') = 1;
select case when a > 5 and vol('case') = 1 then 1 else 0 end from t order by a;
select a, a = 0 or 1 / a > 0, a <> 0 and 1 / a > 0 from t order by 1;
select a, a = 0 or boom('x') from t where a = 0 order by 1;
select a, a <> 0 and boom('x') from t where a = 0 order by 1;
select a, a in (0) or 1 / a > 0, not (a = 0) and 1 / a > 0 from t order by 1;
select nullif(a, 0) is not null and 10 / a > 1 from t order by 1;
select a, b, b > 0 and 10 / a > 1, b > 0 or 10 / a > 1 from t where a > 0 order by 1;
select a, (b > 0 and a > 1) or (b is null and (a = 0 or 10 / a > 1)) or (b <= 0 and (a < 3 or 1 / (a - 3) > 0)) from t order by 1;
select a, (a <> 0 and 10 / a > 1) is true, (a <> 0 and 10 / a > 1)::text, not (a = 0 or 10 / a > 5) from t order by 1;
select x, y, x and (case when y is null then null when y then 1 / 1 = 1 else 1 / 1 = 2 end), x or (case when y is null then null when y then 1 / 1 = 1 else 1 / 1 = 2 end) from (values (true), (false), (null)) v(x), (values (true), (false), (null)) w(y) order by 1, 2;
select bool_and(a <> 0 and 10 / a > 1), count(*) filter (where a <> 0 and 10 / a > 1), bool_or(a <> 0 and 10 / a > 1 or boom('x') and false) from t where a > 0 and a < 2;
select a from t order by a <> 0 and 10 / a > 4, a;
select a <> 0 and 10 / a > 4, count(*) from t group by 1 order by 1;
select a <> 0 and 10 / a > 4 from t group by a <> 0 and 10 / a > 4 order by 1;
select sum(a) > 100 and boom('x'), sum(a) < 100 or boom('x') from t having sum(a) < 100 or boom('x');
insert into log (what) select (a <> 0 and 10 / a > 4)::text from t order by a;
update t set b = case when (a <> 0 and 10 / a > 4) then 1 else 2 end returning a, b, a = 0 or 10 / a > 4;
select ifs(0), ifs(1), ifs(null);
select ifs(6);
select what from log order by id;
delete from log;
create sequence numbers;
select a, (select nextval('numbers')) from t order by 1;
select count(distinct x), count(distinct y) from (select (select gen_random_uuid()) as x, gen_random_uuid() as y from t) s;
select (select vol('once')) from generate_series(1, 3);
select (select vol('each' || g)) from generate_series(1, 3) g;
update t set b = 5 where a in (1, 2) and (select vol('where')) = 1;
select exists (select vol('e')), 1 in (select vol('i')), array(select vol('arr') from generate_series(1, 2));
select what from log order by id;
-- Rows of domains, rows that are not NULL, cursors without names.
select * from row_next(1);
-- error: 23514
select * from row_next(-1);
select row_from(1);
-- error: 23514
select row_from(-1);
-- error: 23502
select row_null();
-- error: 22004
select row_not_null();
-- error: 22004
select row_not_null_init();
-- error: 22004
select record_not_null();
select cursor_names(), cursor_outer();
delete from log;
insert into made values (1, 2);
update made set n = 3;
update made set n = n returning *;
select what from log order by id;
-- A value is computed once for a domain's checks.
delete from log;
insert into domains (id, d) values (1, vol('column'));
update domains set d = vol('update');
select tiny_of('variable'), takes_tiny(5), 7::tiny, (3 + 4)::tiny;
select what from log order by id;
insert into domains (id, ws) values (2, '{a}'), (3, array['b']);
insert into domains (id, ps) values (4, null), (5, '{}');
select id, ws, ps from domains order by id;
select element_of(1), words_of('b');
-- error: 23514
select element_of(-1);
-- refusals: skipped
select array_of(-1);
select vol('cast')::tiny;
select nextval('tiny_numbers')::int::tiny;
select takes_tiny(vol('argument'));
select array[1, 2]::positive[];
insert into domains (id, ps) values (6, array[-1]);
insert into domains (id, ps) values (6, '{-1}');
