-- Functions in CHECK constraints, domains, generated columns, indexes, and what refers to them.
create function is_slug(t text) returns boolean language plpgsql immutable as $$ begin return t ~ '^[a-z0-9-]+$'; end $$;
create function is_number(t text) returns boolean language plpgsql immutable as $$
begin perform t::numeric; return true; exception when others then return false; end $$;
create function is_short(t text) returns boolean language sql immutable as $$ select length(t) < 10 $$;
create function slug_of(t text) returns text language plpgsql immutable as $$ begin return replace(lower(t), ' ', '-'); end $$;
create function half(n int) returns int language plpgsql immutable strict as $$ begin return n / 2; end $$;
create function double_of(n int) returns int language sql immutable as $$ select n * 2 $$;
create function steps(n int) returns int language sql immutable as $$ select case when n <= 1 or n is null then 0 else 1 + steps(n / 2) end $$;
create function total(variadic n int[]) returns int language plpgsql immutable as $$ declare s int := 0; i int; begin foreach i in array n loop s := s + i; end loop; return s; end $$;
create function same(a anyelement) returns anyelement language plpgsql immutable as $$ begin return a; end $$;
create function is_set(a anyelement) returns boolean language plpgsql immutable as $$ begin return a is not null; end $$;
create table kinds (id int primary key, open boolean not null default true);
insert into kinds values (1, true), (2, false);
create function kind_is_open(n int) returns boolean language sql stable as $$ select n is null or exists (select 1 from kinds where id = n and open) $$;
create function kind_is_open_pl(n int) returns boolean language plpgsql stable as $$ begin return (select open from kinds where id = n); end $$;
create domain slug as text check (is_slug(value));
create domain short as text check (is_short(value)) check (is_number(value));
create table pages (
    id int primary key,
    title text not null,
    path text,
    slug text generated always as (slug_of(title)) stored unique,
    price text,
    kind int,
    other int,
    constraint path_is_slug check (is_slug(path)),
    constraint price_is_number check (is_number(price)),
    constraint kind_open check (kind_is_open(kind)),
    constraint other_open check (kind_is_open_pl(other)),
    check (is_short(path)),
    constraint slug_long check (length(slug) < 20 and is_slug(slug))
);
create table numbers (
    n int, twice int generated always as (double_of(n)) stored, halved int generated always as (half(n)) stored,
    log int generated always as (steps(n)) stored, sum int generated always as (total(n, 1, 2)) stored,
    copy text generated always as (same(n::text)) stored, check (is_set(n)));
create table typed (id int primary key, s slug, d short);
create index numbers_double on numbers (double_of(n));
create unique index pages_lower on pages (double_of(id)) where is_short(title);
create table counted (n int);
create function counted_rows() returns bigint language sql volatile as $$ select count(*) from counted $$;
create function counted_rows_pl() returns bigint language plpgsql as $$ begin return (select count(*) from counted); end $$;
alter table counted add constraint few check (counted_rows() < 3);
alter table counted add constraint few_pl check (counted_rows_pl() < 4);
create table later (id int primary key, name text, price text);
insert into later values (1, 'good-one', '12'), (2, 'BAD', 'x');
create function writes_log() returns boolean language plpgsql as $$ begin insert into kinds values (9); return true; end $$;
create table parent (id int primary key);
create table child (id int primary key, p int references parent on delete set null on update cascade, constraint small check (half(p) < 10), constraint set check (is_set(p)),
    h int generated always as (half(p)) stored);
insert into parent values (1), (2), (30);
insert into child values (1, 1), (2, 2);
create function secret_check(n int) returns boolean language plpgsql as $$ begin return n > 0; end $$;
create table guarded (n int check (secret_check(n)));
revoke execute on function secret_check(int) from public, authenticated, anon;
grant all on guarded to authenticated, anon;
create function who_check(t text) returns boolean language plpgsql as $$ begin return t = current_user; end $$;
create table mine (name text check (who_check(name)));
grant all on mine to authenticated;
create function definer_check(n int) returns boolean language plpgsql security definer as $$ begin return exists (select 1 from kinds where id = n); end $$;
create table definers (n int check (definer_check(n)));
grant all on definers to authenticated;
revoke all on kinds from authenticated, anon;
create function add_page(t text) returns text language plpgsql as $$
begin
    insert into pages (id, title) values (90, t) ;
    return 'added';
exception when check_violation then return 'check'; when unique_violation then return 'unique';
end $$;
-- as: owner
insert into pages (id, title, path, price, kind, other) values (1, 'Hello World', 'hello', '1.5', 1, 1) returning id, slug;
-- error: 23514
insert into pages (id, title, path) values (2, 'Second', 'Not A Slug');
-- error: 23514
insert into pages (id, title, price) values (2, 'Second', 'many');
-- error: 23514
insert into pages (id, title, kind) values (2, 'Second', 2);
-- error: 23514
insert into pages (id, title, other) values (2, 'Second', 2);
insert into pages (id, title, other) values (2, 'Second', 3);
-- error: 23514
insert into pages (id, title, path) values (3, 'Third', 'a-very-long-path');
-- error: 23514
insert into pages (id, title) values (3, 'A title that is much too long');
-- error: 23514
insert into pages (id, title) values (3, 'Quid?');
-- error: 23505
insert into pages (id, title) values (3, 'hello world');
-- error: 23502
insert into pages (id, title, path) values (3, null, 'Not');
insert into pages (id, title, path) values (4, 'Four', 'four'), (5, 'Five', 'five') returning id, slug;
-- error: 23514
insert into pages (id, title, path) values (6, 'Six', 'six'), (7, 'Seven', 'SEVEN');
-- error: 23514
update pages set path = 'Not' where id = 4;
update pages set path = 'fourth', title = 'The Fourth' where id = 4 returning slug, path;
-- error: 23514
update pages set price = price || 'x' where id = 1;
update pages set price = '7' from kinds where kinds.id = pages.kind returning pages.id, slug;
-- error: 23514
insert into pages (id, title, path) values (1, 'x', 'one') on conflict (id) do update set path = 'NO';
-- error: 23514
insert into pages (id, title, path) values (1, 'x', 'ONE') on conflict (id) do update set path = 'one';
-- error: 23514
insert into pages (id, title, path) values (1, 'x', 'ONE') on conflict do nothing;
insert into pages (id, title, path) values (1, 'One', 'one') on conflict (id) do update set path = excluded.path, title = excluded.title returning id, slug, path;
insert into pages (id, title, path) values (40, 'One', 'one') on conflict (slug) do update set path = 'upserted' returning id, slug, path;
select id, title, slug, path, price, kind, other from pages order by id;
select add_page('Added'), add_page('ADDED'), add_page('A!');
select id, slug from pages where slug = slug_of('Added') order by 1;
delete from pages where id = 90 returning slug;
insert into numbers (n) values (7), (0), (100) returning n, twice, halved, log, sum, copy;
-- error: 23514
insert into numbers (n) values (null);
update numbers set n = n + 1 returning n, twice, halved, log, sum, copy;
-- error: 428C9
update numbers set halved = 3;
-- error: 428C9
insert into numbers (n, halved) values (1, 2);
select n from numbers where double_of(n) = 16;
insert into typed values (1, 'abc', '12');
-- error: 23514
insert into typed values (2, 'ABC', '12');
-- error: 23514
insert into typed values (2, 'abc', 'twelve');
-- error: 23514
insert into typed values (2, 'abc', '12345678901');
-- error: 23514
update typed set s = 'Not';
-- error: 23514
update typed set d = d || 'x';
-- error: 23514
select 'Not'::slug;
select 'yes'::slug, '3'::short;
-- error: 23514
select 'x'::short;
-- error: 23505
update pages set id = 5 where id = 4;
insert into counted values (1);
insert into counted values (2);
insert into counted values (3);
-- error: 23514
insert into counted values (4);
delete from counted;
-- error: 23514
insert into counted select generate_series(1, 5);
select count(*) from counted;
-- error: 23514
alter table later add constraint name_is_slug check (is_slug(name));
-- error: 23514
alter table later add check (is_number(price));
update later set name = 'better', price = '3' where id = 2;
alter table later add constraint name_is_slug check (is_slug(name));
alter table later add constraint price_is_number check (is_number(price));
-- error: 23514
update later set name = 'BAD';
alter table later add column slug text generated always as (slug_of(name)) stored;
select * from later order by id;
alter table later drop constraint name_is_slug;
update later set name = 'Good Again' where id = 1 returning *;
alter table later alter column slug drop expression;
update later set name = 'Kept' where id = 1 returning *;
-- error: 2BP01
drop function slug_of(text);
-- error: 2BP01
drop function is_number(text);
-- error: 2BP01
drop function is_slug(text);
-- error: 2BP01
drop function double_of(int);
-- error: 2BP01
drop function is_short(text);
update parent set id = 5 where id = 1;
select * from child order by id;
-- error: 23514
update parent set id = 50 where id = 5;
-- error: 23514
delete from parent where id = 2;
select * from child order by id;
-- error: 23503
insert into child values (3, 7);
-- error: 23514
insert into child values (3, 30);
insert into guarded values (1);
-- error: 23514
insert into guarded values (-1);
insert into definers values (1);
-- error: 23514
insert into definers values (77);
insert into mine values ('postgres');
-- as: alice
-- error: 42501
insert into guarded values (1);
insert into mine values ('authenticated');
-- error: 23514
insert into mine values ('postgres');
insert into definers values (1);
-- error: 23514
insert into definers values (77);
-- as: owner
create or replace function is_slug(t text) returns boolean language plpgsql immutable as $$ begin return t ~ '^[A-Z]+$'; end $$;
select path from pages where id = 1;
-- error: 23514
update pages set path = 'lower' where id = 2;
create or replace function is_short(t text) returns boolean language sql immutable as $$ select length(t) < 3 $$;
create or replace function half(n int) returns int language plpgsql immutable as $$ begin return n / 3; end $$;
insert into numbers (n) values (9) returning halved;
drop function is_number(text) cascade;
insert into later values (8, 'no', 'number');
insert into typed values (9, 'ABC', 'xx');
drop function slug_of(text) cascade;
select column_name from information_schema.columns where table_name = 'pages' order by ordinal_position;
drop function double_of(int) cascade;
select column_name from information_schema.columns where table_name = 'numbers' order by ordinal_position;
select indexname from pg_indexes where tablename in ('numbers', 'pages') order by 1;
-- error: 42P17
create index on numbers ((kind_is_open(n)));
-- error: 42P17
create index on numbers (n) where kind_is_open_pl(n);
-- error: 42P17
alter table numbers add column g boolean generated always as (kind_is_open_pl(n)) stored;
-- error: 42P17
alter table numbers add column g boolean generated always as (kind_is_open(n)) stored;
-- error: 42804
alter table numbers add check (half(n));
-- error: 42883
alter table numbers add check (nothing_of(n));
-- error: 0A000
alter table numbers add check (exists (select 1));
-- error: 0A000
create table sets (n int check (generate_series(1, n) > 0));
create domain even as int check (value % 2 = 0);
create table evens (a int, b even, c even);
insert into evens values (1, 2, 4);
alter table evens drop column b;
select * from evens;
-- error: 23514
insert into evens values (1, 3);
create function writes_it(n int) returns boolean language plpgsql immutable as $$ begin insert into kinds values (n); return true; end $$;
create table written (n int check (writes_it(n)));
-- error: 0A000
insert into written values (50);
create function raises_it(n int) returns boolean language plpgsql immutable as $$ begin if n < 0 then raise exception 'no' using errcode = 'P0042'; end if; return true; end $$;
create table raised (n int check (raises_it(n)));
insert into raised values (1);
-- error: P0042
insert into raised values (-1);
insert into raised values (null);
create function is_lower(t text) returns boolean language sql immutable as $$ select lower(t) = t and length(trim(t)) > 0 $$;
create function no_cycle(child int, up int) returns boolean language plpgsql stable as $$
declare at int := up;
begin
    while at is not null loop
        if at = child then return false; end if;
        select t.up into at from tree t where t.id = at;
    end loop;
    return true;
end $$;
create table tree (id int primary key, up int references tree, name text check (is_lower(coalesce(name, '') || 'x' || coalesce(name, ''))), check (no_cycle(id, up)));
insert into tree values (1, null, 'a'), (2, 1, 'b'), (3, 2, null);
-- error: 23514
update tree set up = 3 where id = 1;
-- error: 23514
insert into tree values (4, 4, 'd');
-- error: 23514
insert into tree values (4, 3, 'D');
select * from tree order by id;
create schema other;
create function other.positive(n int) returns boolean language plpgsql immutable set search_path = '' as $$ begin return n > 0; end $$;
create table in_other (n int check (other.positive(n)), m numeric generated always as (round(n / 3.0, 2)) stored);
insert into in_other values (1), (2) returning *;
-- error: 23514
insert into in_other values (0);
-- error: 2BP01
drop schema other;
drop schema other cascade;
insert into in_other values (0) returning *;
create function shout(t text) returns text language plpgsql immutable as $$ begin return upper(t) || '!'; end $$;
create table loud (id int primary key, t text, s text generated always as (shout(t)) stored, n int default 0);
create index loud_s on loud (s);
create function loud_before() returns trigger language plpgsql as $$ begin new.t := new.t || 'x'; return new; end $$;
create trigger loud_before before insert or update of t on loud for each row execute function loud_before();
alter table loud enable row level security;
create policy loud_all on loud using (true) with check (s <> 'BADX?');
grant all on loud to authenticated;
insert into loud (id, t) values (1, 'a'), (2, 'b') returning id, s;
create or replace function shout(t text) returns text language plpgsql immutable as $$ begin return upper(t) || '?'; end $$;
update loud set t = 'c' where id = 2 returning s;
insert into loud (id, t) values (2, 'd') on conflict (id) do update set t = excluded.t returning id, s;
delete from loud where s = 'BX!';
-- as: alice
insert into loud (id, t) values (5, 'good') returning s;
-- error: 42501
insert into loud (id, t) values (6, 'bad'), (7, 'fine');
-- error: 42501
update loud set t = 'bad' where id = 5;
select id, t, s from loud where id > 1 order by id;
-- as: owner
create function squash(t text) returns text language plpgsql immutable as $$ begin return regexp_replace(lower(t), '[^a-z]', '', 'g'); end $$;
create table names (id int primary key, n text);
create unique index names_squash on names (squash(n));
create unique index names_part on names (n) where squash(n) = 'part';
insert into names values (1, 'A b c'), (2, 'part'), (3, null), (4, null);
-- error: 23505
insert into names values (5, 'a-B-c');
insert into names values (5, 'a-B-c') on conflict (squash(n)) do update set n = 'A.B.C!' returning id, n;
insert into names values (6, 'a-B-c') on conflict do nothing;
insert into names values (8, 'part') on conflict (n) where squash(n) = 'part' do update set id = 20 returning id;
-- error: 23505
update names set n = 'p a r t' where id = 1;
create or replace function squash(t text) returns text language plpgsql immutable as $$ begin return lower(t); end $$;
insert into names values (7, 'a-B-c');
update names set n = 'new' where id = 1;
delete from names where id in (2, 7);
select * from names order by id;
drop function squash(text) cascade;
select indexname from pg_indexes where tablename = 'names' order by 1;
