-- LATERAL and policies: what it computes, it computes of rows that the reader may see.
create table n (id int primary key, v int, own uuid);
create table c (id int primary key, k int);
insert into n values (1, 1, '00000000-0000-0000-0000-00000000000a'), (2, 3, '00000000-0000-0000-0000-00000000000b'), (3, 5, '00000000-0000-0000-0000-00000000000a');
insert into c values (1, 1), (2, 2), (3, 3);
alter table n enable row level security;
create policy p on n to authenticated using (own = auth.uid());
create policy q on n as restrictive to authenticated using (exists (select from c where c.k = n.id));
grant select on n, c to authenticated;
create view nv with (security_barrier) as select id, v from n where v <> 5;
grant select on nv to authenticated;
create function shout(x int) returns int language plpgsql as $$ begin if x = 3 then raise exception 'saw %', x; end if; return x; end $$;
-- as: alice
select n.id, x.z from n, lateral (select 1 / (n.v - 3) as z from c order by c.id limit 2) x order by 1, 2;
select n.id, x.z from n join lateral (select shout(n.v) as z from c order by c.id limit 2) x on true order by 1, 2;
select n.id, x.z from n left join lateral (select shout(n.v) as z from c order by c.id limit 2) x on x.z > 0 order by 1, 2;
select n.id, x.z from c left join n on n.id = c.id left join lateral (select shout(n.v) as z from c d order by d.id limit 2) x on true order by 1, 2;
select c.id, x.id from c, lateral (select n.id from n where shout(n.v) > 0 and n.id = c.id limit 5) x order by 1, 2;
select c.id, x.id from c, lateral (select n.id from n where n.id >= c.id group by n.id having 1 / (max(n.v) - 3) is not null) x order by 1, 2;
select x.z from nv, lateral (select 10 / (nv.v - 5) as z from c limit 1) x order by 1;
select n.id, v.z from n, lateral (values (shout(n.v)), (n.id)) v(z) order by 1, 2;
