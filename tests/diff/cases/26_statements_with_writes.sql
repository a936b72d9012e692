-- WITH that writes.
create table orders (
    id int primary key,
    owner uuid not null,
    state text not null default 'new',
    total int not null check (total >= 0)
);
create table archive (id int primary key, owner uuid not null, total int, why text);
create table log (id int generated always as identity primary key, owner uuid, note text not null);
create table tags (order_id int references orders on delete cascade, tag text, primary key (order_id, tag));
alter table orders enable row level security;
alter table archive enable row level security;
alter table log enable row level security;
create policy own on orders using (owner = auth.uid()) with check (owner = auth.uid() and total < 1000);
create policy seen on archive for select using (owner = auth.uid());
create policy kept on archive for insert with check (owner = auth.uid() and total < 500);
create policy written on log for insert with check (owner = auth.uid());
create view cheap as select id, owner, state, total from orders where total < 100 with check option;
alter view cheap set (security_invoker = true);
insert into orders values
    (1, '00000000-0000-0000-0000-00000000000a', 'new', 10),
    (2, '00000000-0000-0000-0000-00000000000a', 'paid', 200),
    (3, '00000000-0000-0000-0000-00000000000a', 'paid', 900),
    (4, '00000000-0000-0000-0000-00000000000b', 'new', 40),
    (5, '00000000-0000-0000-0000-00000000000b', 'paid', 50),
    (6, '00000000-0000-0000-0000-00000000000b', 'paid', 60);
insert into tags values (1, 'a'), (1, 'b'), (5, 'a');
create function settle(n int) returns int language sql as
    'with done as (update orders set state = ''done'' where id = n returning id, total)
     insert into archive select d.id, auth.uid(), d.total, ''settled'' from done d returning id';

create table kept (id int primary key, n int);
create table notes (id int generated always as identity, note text);
create view door as select id, n from kept;
create function door_in() returns trigger language plpgsql as $$ begin insert into kept values (new.id, new.n); return new; end $$;
create trigger door_in instead of insert on door for each row execute function door_in();
create function twice() returns trigger language plpgsql as $$ begin new.n := new.n * 2; return new; end $$;
create trigger twice before insert or update on kept for each row execute function twice();
create function noted() returns trigger language plpgsql as
    $$ begin insert into notes (note) values (tg_op || ' ' || (select count(*) from kept)); return null; end $$;
create trigger noted after insert or update on kept for each row execute function noted();
insert into kept values (1, 1);

-- as: alice
-- One that writes, read once, twice, not at all.
with x as (insert into orders values (10, auth.uid(), 'new', 1) returning id, total) select * from x;
with x as (insert into orders (id, owner, total) select n, auth.uid(), n from generate_series(11, 13) n returning *)
    select a.id, b.state, a.total + b.total as both from x a join x b using (id) order by 1;
with x as (insert into orders values (14, auth.uid(), 'new', 3)) select 1 as one;
with x as (update orders set total = total + 1 where id = 14 returning *) select count(*), sum(total), max(state) from x;
with x (n, t) as (update orders set state = 'paid' where id in (11, 12) returning id, state) select t, n from x order by n;
with x as (delete from orders where id = 13 returning *) select id, total from x;
with x as (delete from orders where id = 4 returning *) select id, total from x;
with x as (select id from orders where total < 5), y as (delete from orders o using x where x.id = o.id returning o.id)
    select id from y order by id;
-- Moves and chains.
with gone as (delete from orders where id = 2 returning *)
    insert into archive select id, owner, total, 'moved' from gone returning id, why;
with o as (insert into orders values (20, auth.uid(), 'new', 5) returning id),
     t as (insert into tags select id, v from o, (values ('x'), ('y')) v(v) returning order_id, tag),
     l as (insert into log (owner, note) select auth.uid(), 'made ' || id from o)
    select o.id, t.tag from o join t on t.order_id = o.id order by tag;
with t as (insert into tags values (11, 'z') returning order_id)
    update orders set state = 'tagged' from t where t.order_id = orders.id returning orders.id, state;
with u as (update orders set total = 7 where id = 20 returning id, total)
    delete from tags using u where tags.order_id = u.id returning tags.tag, u.total;
with u as (update orders set total = 8 where id = 20 returning id) insert into tags select id, 'u' from u
    on conflict do nothing returning *;
with u as (insert into orders values (20, auth.uid(), 'new', 9) on conflict (id) do update set total = excluded.total
    returning id, total) select * from u;
with u as (update cheap set total = 11 where id = 20 returning *) select id, total from u;
with n as (select 30 as id), x as (insert into orders select id, auth.uid(), 'new', 2 from n returning *)
    select x.id, n.id as n from x, n;
with x as (update orders set total = total where false returning id) select count(*) from x;
with x as (update orders set total = 12 where id = 30 returning id, total)
    insert into tags select id, t.tag from x, (values ('p'), ('q')) t(tag) where total > 10;
with x as (delete from tags where order_id = 30 returning tag) select string_agg(tag, ',' order by tag) from x;
with x as (insert into log (owner, note) values (auth.uid(), 'n')) select note from (values ('v')) v(note);
with recursive n as (select 40 as id union all select id + 1 from n where id < 42),
    x as (insert into orders select id, auth.uid(), 'new', id from n returning id) select count(*), max(id) from x;
select settle(40);
select id, state, total from orders order by id;
select * from archive order by id;
-- The tables as they were, read first.
with x as (update orders set total = 2 where id = 42 returning id) select id, total from orders where id = 42;
with d as (delete from orders where id = 42 returning id) select count(*) from orders where id = 42;
with x as (insert into orders values (43, auth.uid(), 'new', 3)), n as (select count(*) as n from orders where id = 43),
    y as (delete from tags where order_id = 20 returning order_id) select n.n, y.order_id from n, y;
with recursive n as (select max(id) as id from orders union all select id + 1 from n where id < 46),
    x as (insert into orders select id, auth.uid(), 'new', id from n where id > 43 returning id)
    select x.id, (select count(*) from n) as n from x order by 1;
with t as (select total from orders where id = 44), u as (update orders set total = t.total + 1 from t where id = 44 returning id)
    insert into log (owner, note) select auth.uid(), 'was ' || t.total from t, u;
with old as (select id, total from orders where id = 41), x as (update orders set total = 1 where id = 41 returning id, total)
    select old.total as before, x.total as after from old join x using (id);
-- Refusals: nothing stays of the statement.
-- error: 42501
with x as (insert into orders values (50, '00000000-0000-0000-0000-00000000000b', 'new', 1) returning id) select * from x;
-- error: 42501
with x as (insert into orders values (50, auth.uid(), 'new', 1000)) select 1;
-- error: 42501
with x as (delete from orders where id = 3 returning *) insert into archive select id, owner, total from x;
select id from orders where id = 3;
-- error: 42501
with x as (update orders set owner = '00000000-0000-0000-0000-00000000000b' where id = 3) select 1;
-- error: 42501
with x as (insert into orders values (51, auth.uid(), 'new', 1) returning id)
    insert into log (owner, note) select null, 'x' from x;
select count(*) from orders where id = 51;
-- error: 42501
with l as (insert into log (owner, note) values (auth.uid(), 'x') returning id) select * from l;
-- error: 44000
with x as (update cheap set total = 400 where id = 20 returning id) select * from x;
-- error: 23505
with x as (insert into orders values (20, auth.uid(), 'new', 1) returning id) select * from x;
-- error: 23514
with x as (insert into orders values (52, auth.uid(), 'new', -1) returning id) select * from x;
-- error: 22012
with x as (insert into orders values (53, auth.uid(), 'new', 1) returning id) select 1 / (id - 53) from x;
select count(*) from orders where id = 53;
-- error: 23503
with x as (insert into tags values (999, 'z') returning *) select * from x;
-- error: 0A000
with x as (insert into orders values (54, auth.uid(), 'new', 1)) select * from x;
-- error: 0A000
select * from (with x as (delete from orders returning id) select * from x) y;
-- error: 0A000
select (with x as (delete from orders returning id) select count(*) from x);
-- error: 42501
insert into archive select 1, auth.uid(), 500, 'x';
-- error: 42P01
with x as (insert into nowhere values (1) returning *) select * from x;
-- error: 42703
with x as (update orders set total = 1 where id = 20 returning id) select total from x;
-- error: 42712
with x as (delete from orders returning id), x as (select 1) select 1;
-- error: 42P10
with x (a, b) as (delete from orders where false returning id) select 1;
-- error: 42P01
with x as (delete from orders where false returning id) update x set id = 1;
select id, state, total from orders order by id;

-- as: bob
with x as (update orders set total = total + 1 returning id, total) select * from x order by id;
with x as (delete from orders where id in (1, 3, 4) returning id) select * from x;
with x as (delete from orders where id = 5 returning id, owner, total) insert into archive select *, 'gone' from x returning *;
select * from tags order by 1, 2;
-- error: 42501
with x as (select id from orders), y as (insert into archive select id, '00000000-0000-0000-0000-00000000000a', 1 from x) select 1;

-- as: anon
with x as (update orders set total = 0 returning id) select count(*) from x;
with x as (delete from orders returning id) select * from x;
-- error: 42501
with x as (insert into orders values (60, '00000000-0000-0000-0000-00000000000a', 'new', 1) returning id) select * from x;
-- error: 42501
with x as (insert into log (owner, note) values (null, 'x')) select 1;

-- as: owner
with x as (update orders set total = 1 where id = 6 returning id, owner, total),
     y as (delete from archive where why = 'moved' returning id)
    select x.id, x.total, y.id as gone from x, y;
select id, owner, state, total from orders order by id;
select * from archive order by id;
select owner, note from log order by id;
select * from tags order by 1, 2;
-- Triggers: those before run with their part, those after at the end.
with x as (insert into kept values (2, 2) returning id, n) select x.n, (select count(*) from notes) as notes, t.tag
    from x, tags t order by t.tag;
with x as (insert into kept values (3, 3) returning n), y as (select n + 1 as n from x),
    z as (insert into kept select n, n from y returning id, n) select z.id, z.n, x.n as x from x, z;
with x as (insert into door values (4, 4) returning id) select count(*) from kept where id = 4;
with x as (insert into door values (5, 5) returning id, n) select id, n from x;
select * from kept order by id;
select note from notes order by id;
with x as (select '{"a": [1, 2]}'::jsonb as j, array[1, 2] as a, row(1, 'a') as r),
    y as (delete from kept where id = 5 returning id) select x.j->'a'->0, x.a[2], x.r, y.id from x, y;
with x as (select id, n::numeric(6, 2) as n from kept), y as (delete from kept where id = 4 returning id)
    select x.n, max(x.n) over () from x join y using (id);
