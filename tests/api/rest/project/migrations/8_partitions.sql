-- docs/rest.md: partitioned tables and partitions are tables.
create table sites (code text primary key, name text not null);
create table visits (
    site text not null references sites,
    day date not null,
    who uuid default auth.uid(),
    pages int not null check (pages > 0),
    primary key (site, day)
) partition by range (day);
create table visits_2024 partition of visits for values from ('2024-01-01') to ('2025-01-01');
create table visits_2025 partition of visits for values from ('2025-01-01') to ('2026-01-01');
alter table visits enable row level security;
create policy own on visits using (who = auth.uid());
revoke all on visits_2024, visits_2025, visits, sites from anon, authenticated;
grant select, insert, update, delete on visits to authenticated;
grant select on visits_2024 to authenticated;
grant select, insert, update, delete on sites, visits, visits_2024, visits_2025 to service_role;
grant select on sites to authenticated;
alter table visits_2024 enable row level security;
insert into sites values ('a', 'Alpha'), ('b', 'Beta');
insert into visits (site, day, who, pages) values ('a', '2024-05-05', null, 3), ('b', '2025-05-05', null, 4);
