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
