-- updated_at, and what was learnt.
create or replace function public.set_updated_at() returns trigger language plpgsql as $$
begin
  if row(new.*) is distinct from row(old.*) then
    new.updated_at := old.updated_at + interval '1 hour';
  end if;
  return new;
end $$;
create trigger handle_updated_at before update on public.rooms for each row execute procedure public.set_updated_at();
create trigger handle_updated_at before update on public.profiles for each row execute function set_updated_at();
alter table public.rooms add column if not exists pinned bigint[] not null default '{}';
alter table public.rooms add constraint rooms_title_check check (length(title) between 1 and 60) not valid;
alter table public.rooms validate constraint rooms_title_check;
alter table public.profiles alter column bio drop default, alter column bio drop not null;
alter table public.profiles rename constraint username_length to profiles_username_length;
alter policy "leave" on public.room_members to authenticated using (user_id = (select auth.uid()) or public.can_moderate(room_id));
insert into public.profiles (id, username, display_name, interests) values
  ('00000000-0000-0000-0000-00000000000a', 'Alice', 'Alice A.', '{cats,chess}'),
  ('00000000-0000-0000-0000-00000000000b', 'bob', null, '{chess}'),
  ('00000000-0000-0000-0000-00000000000c', 'carol_c', 'Carol', null)
on conflict (id) do nothing;
