create table articles (
    id int primary key,
    title text not null,
    meta jsonb,
    words tsvector generated always as (to_tsvector('english', title)) stored
);
insert into articles (id, title, meta) values
    (1, 'The quick brown foxes jump', '{"tags": ["animals", "Jumping"]}'),
    (2, 'A lazy dog sleeps', '{"note": "the dog''s bed"}'),
    (3, 'Dogs and foxes, friends', null);
grant all on articles to authenticated;
alter table articles enable row level security;
create policy everyone on articles using (true);
