-- Everybody who signs up gets a profile. The first version kept no name; hand-written fixes followed.
create or replace function public.handle_new_user() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  insert into public.profiles (id, username) values (new.id, split_part(new.email, '@', 1));
  return new;
end $$;
drop trigger if exists on_auth_user_created on auth.users;
create trigger on_auth_user_created after insert on auth.users for each row execute procedure public.handle_new_user();
create or replace function public.handle_new_user() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare wanted text; tries int := 0;
begin
  wanted := coalesce(new.raw_user_meta_data ->> 'user_name', regexp_replace(split_part(new.email, '@', 1), '[^a-zA-Z0-9_]', '_', 'g'));
  if char_length(wanted) < 3 then wanted := rpad(wanted, 3, '_'); end if;
  while exists (select 1 from public.profiles p where lower(p.username) = lower(wanted) and p.deleted_at is null) loop
    tries := tries + 1;
    wanted := regexp_replace(wanted, '_\d+$', '') || '_' || tries;
    if tries > 20 then raise exception 'no free name like %', wanted; end if;
  end loop;
  insert into public.profiles (id, username, display_name, settings)
  values (new.id, wanted, new.raw_user_meta_data ->> 'full_name',
    '{"theme": "light"}'::jsonb || coalesce(new.raw_user_meta_data -> 'settings', '{}'));
  return new;
end $$;
create or replace function public.handle_user_changed() returns trigger
language plpgsql security definer set search_path = public
as $$
begin
  update profiles set display_name = new.raw_user_meta_data ->> 'full_name'
  where id = new.id and display_name is distinct from new.raw_user_meta_data ->> 'full_name';
  return null;
end $$;
create trigger on_auth_user_changed after update of raw_user_meta_data on auth.users
  for each row when (old.raw_user_meta_data is distinct from new.raw_user_meta_data) execute function public.handle_user_changed();
create or replace function public.handle_user_gone() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  update public.profiles set deleted_at = '2026-03-01 00:00:00+00', username = 'gone_' || left(old.id::text, 8) where id = old.id;
  return old;
end $$;
create trigger on_auth_user_gone before delete on auth.users for each row execute function public.handle_user_gone();
do $$
begin
  if not exists (select 1 from pg_trigger t join pg_class c on c.oid = t.tgrelid join pg_namespace n on n.oid = c.relnamespace
                 where n.nspname = 'auth' and c.relname = 'users' and t.tgname = 'on_auth_user_created') then
    raise exception 'the trigger is missing';
  end if;
end $$;
insert into auth.users (id, email, raw_user_meta_data, created_at) values
  ('00000000-0000-0000-0000-0000000000d1', 'dora@example.org', '{"full_name": "Dora D", "settings": {"theme": "dark"}}', '2026-01-05 00:00:00+00'),
  ('00000000-0000-0000-0000-0000000000d2', 'x@example.org', null, '2026-01-06 00:00:00+00'),
  ('00000000-0000-0000-0000-0000000000d3', 'dora@example.net', '{"user_name": "Dora"}', '2026-01-07 00:00:00+00');
