-- What an EXCLUDE constraint says of the two rows.
create table rooms (id int primary key, room int, during int4range, kind text,
    constraint no_overlap exclude using gist (during with &&),
    constraint no_kind exclude using gist (int4range(room, room + 1) with &&) where (kind = 'x'));
insert into rooms values (1, 1, '[1,5)', 'x'), (2, 2, '[7,9)', 'x');
create function detail_of(sql text) returns text language plpgsql as $$
declare d text; k text; t text; m text;
begin
    execute sql; return 'fine';
exception when exclusion_violation then
    get stacked diagnostics d = pg_exception_detail, k = constraint_name, t = table_name, m = message_text;
    return m || ' | ' || d || ' | ' || k || ' | ' || t;
end $$;
create table hidden (id int, r int4range, exclude using gist (r with &&));
alter table hidden enable row level security;
create policy p on hidden using (id > 5) with check (true);
grant all on hidden to authenticated;
insert into hidden values (1, '[1,9)');
create table partly (id int, r int4range, exclude using gist (r with &&));
revoke all on partly from authenticated;
grant insert on partly to authenticated;
insert into partly values (1, '[1,9)');
-- as: owner
select detail_of($$insert into rooms values (3, 3, '[4,6)', 'y')$$);
select detail_of($$insert into rooms values (3, 1, '[14,16)', 'x')$$);
select detail_of($$update rooms set during = '[3,8)' where id = 2$$);
select detail_of($$insert into rooms values (3, 3, '[14,16)', 'y'), (4, 3, '[15,20)', 'y')$$);
select detail_of($$insert into rooms values (3, 3, '[14,16)', null)$$);
-- as: alice
select detail_of($$insert into hidden values (6, '[2,3)')$$);
select detail_of($$insert into partly values (6, '[2,3)')$$);
-- as: owner
do $$ declare d text; begin alter table rooms add constraint again exclude using gist (int4range(room, 9) with &&); exception when exclusion_violation then get stacked diagnostics d = pg_exception_detail; insert into rooms values (100, 100, null, d); end $$;
select length(kind) > 20, kind like 'Key (int4range(room, 9))=(%) conflicts with key (int4range(room, 9))=(%).' from rooms where id = 100;
