-- What used to be refused, or to differ.
create table docs (
    id int primary key, title text, body varchar(50), code char(5), n int, j json, c name, conf regconfig default 'pg_catalog.english', w tsvector, v tsvector);
create domain words as tsvector;
create domain title as text;
create table docs_domains (id int primary key, title title, conf regconfig, v words);
-- as: owner
-- ---- tsvector_update_trigger looks at its columns' types
create trigger d before insert or update on docs for each row execute function tsvector_update_trigger(v, 'pg_catalog.english', n);
-- error: 42804
insert into docs (id, n) values (1, 1);
drop trigger d on docs;
create trigger d before insert or update on docs for each row execute function tsvector_update_trigger(title, 'pg_catalog.english', body);
-- error: 42804
insert into docs (id, body) values (1, 'x');
drop trigger d on docs;
create trigger d before insert or update on docs for each row execute function tsvector_update_trigger(v, 'pg_catalog.english', title, code);
-- error: 42804
insert into docs (id, title) values (1, 'x');
drop trigger d on docs;
create trigger d before insert or update on docs for each row execute function tsvector_update_trigger(v, 'pg_catalog.english', title, j);
-- error: 42804
insert into docs (id, title) values (1, 'x');
drop trigger d on docs;
create trigger d before insert or update on docs for each row execute function tsvector_update_trigger(v, 'pg_catalog.english', c);
-- error: 42804
insert into docs (id, title) values (1, 'x');
drop trigger d on docs;
create trigger d before insert or update on docs for each row execute function tsvector_update_trigger_column(v, conf, title, body);
insert into docs (id, title, body) values (1, 'The Cats', 'running'), (2, 'Dogs', null) returning id, v;
insert into docs (id, title, conf) values (3, 'The Cats', 'simple'), (4, 'Die Katzen', 'pg_catalog.german') returning id, v;
update docs set title = 'The mice' where id = 1 returning v;
update docs set conf = 'simple' where id = 1 returning v;
update docs set n = 4, v = 'x' where id = 2 returning v;
-- error: 22004
insert into docs (id, title, conf) values (5, 'x', null);
drop trigger d on docs;
create trigger d before insert or update on docs for each row execute function tsvector_update_trigger_column(v, title, title, body);
-- error: 42804
insert into docs (id, title) values (6, 'x');
drop trigger d on docs;
create trigger d before insert or update on docs for each row execute function pg_catalog.tsvector_update_trigger_column(v, nothing, title, body);
-- error: 42703
insert into docs (id, title) values (6, 'x');
create trigger e before insert or update on docs_domains for each row execute function tsvector_update_trigger_column(v, conf, title);
insert into docs_domains values (1, 'The cats', 'english') returning v;
