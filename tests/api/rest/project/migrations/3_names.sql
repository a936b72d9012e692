-- Tables whose names look like what the server could make up, or need care in a URL.

create table public.folders (
    id bigint primary key,
    parent_id bigint references public.folders (id)
);
create policy read_folders on public.folders for select to authenticated using (true);
insert into public.folders values (1, null), (2, 1), (3, 2);

create table public.foo_x1 (
    id bigint primary key
);
create table public.foo (
    id bigint primary key references public.foo_x1 (id)
);
create policy read_foo on public.foo for select to authenticated using (true);
create policy read_foo_x1 on public.foo_x1 for select to authenticated using (true);
insert into public.foo_x1 values (1), (2);
insert into public.foo values (1);

create table public."a b/c" (
    id bigint primary key,
    "x ""y" text
);
create policy read_names on public."a b/c" for select to authenticated using (true);
