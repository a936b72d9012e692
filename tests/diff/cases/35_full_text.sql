-- Full text: tsvector and tsquery, configurations, matching, rank, columns of them.
create extension if not exists pg_trgm with schema extensions;
create table docs (
    id int primary key,
    title text not null,
    body text,
    lang regconfig not null default 'english',
    search tsvector generated always as (to_tsvector('english', title || ' ' || coalesce(body, ''))) stored
);
insert into docs (id, title, body) values
    (1, 'The quick brown fox', 'jumps over the lazy dogs, and the dogs bark.'),
    (2, 'PostgreSQL full text search', 'A search engine in the database: tsvector and tsquery.'),
    (3, 'Nasi goreng', 'Fried rice with sweet soy sauce, shallots and a fried egg.'),
    (4, 'Wall-mounted foo-bar''s 4.5kg e-mail server', 'Mail me at joe@example.com or see http://example.com/a/b.html?x=1'),
    (5, 'Empty', null),
    (6, '', 'the and of');
create table vectors (id int primary key, v tsvector, q tsquery, vs tsvector[]);
insert into vectors values
    (1, 'a fat cat sat on a mat', 'fat & cat', '{"a b",""}'),
    (2, 'fat:2,4 cat:3 rat:5A', 'fat & ( rat | cat )', null),
    (3, 'the:1A,2B quick:3C', '!quick <-> the', array['x:1'::tsvector]),
    (4, '', '', '{}'),
    (5, null, null, null);
create table notes (id int primary key, owner uuid default auth.uid(), body text, v tsvector default ''::tsvector not null);
alter table notes enable row level security;
create policy own on notes using (owner = auth.uid()) with check (owner = auth.uid() and not v @@ 'spam'::tsquery);
create index docs_search on docs using gin (search);
create index docs_title on docs using gin (to_tsvector('english', title));
create unique index vectors_v on vectors (v);
create view found as select id, ts_rank(search, to_tsquery('english', 'dog | search')) as rank from docs where search @@ to_tsquery('english', 'dog | search');
create function find_docs(q text) returns setof int language sql stable as $$ select id from docs where search @@ websearch_to_tsquery('english', q) order by id $$;
create function count_docs(q text) returns bigint language plpgsql stable as $$ begin return (select count(*) from docs where search @@ plainto_tsquery('english', q)); end $$;

-- as: owner
-- ---- tsvector: input, output, order
select 'a fat cat sat on a mat and ate a fat rat'::tsvector;
select $$the lexeme '    ' contains spaces$$::tsvector;
select $$the lexeme 'Joe''s' contains a quote$$::tsvector;
select 'a:1 fat:2 cat:3 sat:4 on:5 a:6 mat:7 and:8 ate:9 a:10 fat:11 rat:12'::tsvector;
select 'a:1A fat:2B,4C cat:5D'::tsvector;
select 'The Fat Rats'::tsvector;
select 'a:1* b:2a c:3b,4c d:5d'::tsvector;
select 'a:16383 b:16384 c:99999999'::tsvector;
select 'a:3,1,2,2A,1B'::tsvector, 'a:1 a:2 a'::tsvector, 'b a b:1'::tsvector;
select 'a\ b \''c \\d'::tsvector, $$'a\'b' 'c''d' '\\e'$$::tsvector;
select '  a   b  '::tsvector, ''::tsvector, '   '::tsvector;
select 'a&b|c !d (e)'::tsvector;
-- error: 42601
select 'a:0'::tsvector;
-- error: 42601
select 'a:'::tsvector;
-- error: 42601
select 'a:x'::tsvector;
-- error: 42601
select 'a:1,'::tsvector;
-- error: 42601
select 'a:1AB'::tsvector;
-- error: 42601
select $$'a$$::tsvector;
-- error: 42601
select $$''$$::tsvector;
select ':1'::tsvector;
-- error: 42601
select 'a\'::tsvector;
select 'a:1x'::tsvector is null;
select length(repeat('x', 2046)::tsvector);
-- error: 54000
select length(repeat('x', 2047)::tsvector);
-- error: 54000
select (select string_agg(lpad(i::text, 2000, 'x'), ' ') from generate_series(1, 600) i)::tsvector is null;
select length((select string_agg(lpad(i::text, 2000, 'x'), ' ') from generate_series(1, 500) i)::tsvector);
select (select string_agg('a:' || i, ' ') from generate_series(1, 300) i)::tsvector;
select * from vectors order by id;
select id from vectors order by v nulls first, id;
select id from vectors order by q desc nulls last, id;
select to_json(v), to_jsonb(q), to_json(vs), row_to_json(vectors) from vectors order by id;
select v::text, q::text, vs::text, v::varchar, q::text::tsquery::text from vectors order by id;
select array_agg(v order by id), array_agg(q order by id) from vectors where id < 4;
select a.id, b.id from vectors a join vectors b on a.v < b.v order by 1, 2;
select a.id, b.id from vectors a join vectors b on a.q >= b.q order by 1, 2;
select x, y, x < y, x = y, x <> y, x >= y from (values ('a'::tsvector, 'b'::tsvector), ('a:1', 'a'), ('a:1', 'a:2'), ('a:1A', 'a:1'), ('a b', 'c'), ('ab', 'b'), ('a:1,2', 'a:1'), ('', 'a')) t (x, y);
select distinct v from (values ('a b'::tsvector), ('b a'), ('a:1 b')) t (v) order by v;
select v, count(*) from (values ('a b'::tsvector), ('b a'), ('a:1 b')) t (v) group by v order by v;
select count(distinct v) from (values ('a b'::tsvector), ('b a'), ('a:1 b')) t (v);
select max(id) from vectors where v = 'sat cat fat mat on a'::tsvector;
select pg_typeof('a'::tsvector), pg_typeof('a'::tsquery), pg_typeof('english'::regconfig), pg_typeof(array['a'::tsvector]);
select 'a'::tsvector::tsquery;
select null::tsvector, null::tsquery, null::tsvector @@ 'a'::tsquery;
-- error: 42883
select 'a'::tsvector + 'b'::tsvector;
-- ---- tsvector: functions
select 'a:1 b:2'::tsvector || 'c:1 d:2 b:3'::tsvector;
select 'a b'::tsvector || 'a:1'::tsvector, 'a:5A'::tsvector || 'a:16380'::tsvector, ''::tsvector || 'a:1', 'a:1'::tsvector || '';
select strip('a:1A b:2,3 c'::tsvector), length('a:1A b:2,3 c'::tsvector), length(''::tsvector);
select setweight('a:1 b:2A c'::tsvector, 'A'), setweight('a:1 b:2A c'::tsvector, 'd'), setweight('a:1,3B b:2A c'::tsvector, 'c', '{a,c,x}');
select setweight('a:1 b:2'::tsvector, 'B', '{}');
select setweight('a:1 b:2'::tsvector, 'B', '{a,null}');
select setweight(to_tsvector('english', 'The Fat Rats'), 'A') || setweight(to_tsvector('english', 'eat cats'), 'B');
select ts_delete('fat:2,4 cat:3 rat:5A'::tsvector, 'rat'), ts_delete('fat:2,4 cat:3 rat:5A'::tsvector, array['fat', 'rat', 'x']), ts_delete('a b', '{}'::text[]);
select ts_delete('fat cat'::tsvector, array['fat', null]);
select ts_filter('fat:2,4 cat:3b,7c rat:5A'::tsvector, '{a,b}'), ts_filter('fat:2,4 cat:3b,7c rat:5A x'::tsvector, '{D}'), ts_filter('a:1', '{}');
-- error: 22023
select ts_filter('a:1'::tsvector, '{e}');
-- error: 22004
select ts_filter('a:1'::tsvector, '{a,null}');
select tsvector_to_array('fat:2,4 cat:3 rat:5A'::tsvector), tsvector_to_array(''), array_to_tsvector('{fat,cat,rat,cat}'::text[]), array_to_tsvector('{}');
-- error: 22004
select array_to_tsvector(array['a', null]);
-- error: 2200F
select array_to_tsvector(array['a', '']);
select array_to_tsvector(array['A b', 'c''d', 'e\f']);
-- ---- tsquery: input, output, order
select 'fat & rat'::tsquery, 'fat & (rat | cat)'::tsquery, 'fat & rat & ! cat'::tsquery, 'fat:ab & cat'::tsquery, 'super:*'::tsquery;
select 'a & b | c & d'::tsquery, 'a | b & c | d'::tsquery, '(a | b) & (c | d)'::tsquery, '!(a & b)'::tsquery, '!!a'::tsquery, '! a & b'::tsquery;
select 'a <-> b'::tsquery, 'a <2> b <-> c'::tsquery, 'a <-> (b <-> c)'::tsquery, '(a <-> b) <-> c'::tsquery, 'a <-> (b | c)'::tsquery, 'a <-> (b & c)'::tsquery, '!a <-> b'::tsquery, '!(a <-> b)'::tsquery;
select 'a & (b & c)'::tsquery, 'a | (b | c)'::tsquery, '(a & b) & c'::tsquery, 'a & (b & c)'::tsquery = '(a & b) & c'::tsquery, 'a & b & c'::tsquery = '(a & b) & c'::tsquery;
select 'a <0> b'::tsquery, 'a <16384> b'::tsquery;
-- error: 22023
select 'a <16385> b'::tsquery;
select $$'a b' & 'c''d' & e\ f & 'g\'h'$$::tsquery;
select 'a:*AB & b:dcba & c:B*'::tsquery, 'a:x & b'::tsquery is null;
select ''::tsquery, '   '::tsquery;
-- error: 42601
select 'a b'::tsquery;
-- error: 42601
select 'a &'::tsquery;
-- error: 42601
select '& a'::tsquery;
-- error: 42601
select '(a'::tsquery;
-- error: 42601
select 'a)'::tsquery;
-- error: 42601
select '()'::tsquery;
-- error: 42601
select '!'::tsquery;
-- error: 42601
select 'a < b'::tsquery;
-- error: 42601
select 'a <-1> b'::tsquery;
-- error: 42601
select ':a'::tsquery;
-- error: 42601
select 'a ! b'::tsquery;
-- error: 42601
select $$'$$::tsquery;
select 'a<->b'::tsquery, 'a-b'::tsquery, 'Fat'::tsquery;
select length((repeat('x', 2046)::tsquery)::text);
-- error: 54000
select repeat('x', 2047)::tsquery is null;
select x, y, x < y, x = y, x > y from (values ('a'::tsquery, 'b'::tsquery), ('a', 'a & b'), ('a & b', 'a | b'), ('!a', 'a'), ('a:A', 'a'), ('a:*', 'a'), ('a <-> b', 'a <2> b'), ('aa', 'b'), ('', 'a'), ('cat', 'dog'), ('dog', 'fox'), ('a & b', 'b & a')) t (x, y);
select q from (values ('a'::tsquery), ('b'), ('c'), ('d'), ('zebra'), ('a & b'), ('!a'), ('a | b'), ('a <-> b'), ('')) t (q) order by q;
-- ---- tsquery: operators, functions
select 'fat | rat'::tsquery && 'cat'::tsquery, 'fat | rat'::tsquery || 'cat'::tsquery, !! 'cat'::tsquery, 'fat'::tsquery <-> 'rat'::tsquery, !! 'a & b'::tsquery;
select ''::tsquery && 'a', 'a'::tsquery || '', !! ''::tsquery, ''::tsquery <-> 'a', 'a'::tsquery && 'b & c', ('a'::tsquery && 'b') && 'c';
select 'cat'::tsquery @> 'cat & rat', 'cat & rat'::tsquery @> 'cat', 'cat'::tsquery <@ 'cat & rat', '!cat:*'::tsquery <@ '!(cat | x)', ''::tsquery <@ 'a', 'a'::tsquery @> '';
select numnode('fat & rat & !cat'::tsquery), numnode(''), numnode('a <-> b'), querytree('foo & ! bar'), querytree('!foo'), querytree('a | !b'), querytree('a & (b | !c)'), querytree(''), querytree('a <-> !b');
select tsquery_phrase('fat', 'cat'), tsquery_phrase('fat', 'cat', 10), tsquery_phrase('a | b', 'c <-> d', 0), tsquery_phrase('', 'a'), tsquery_phrase('a', 'b', 16384);
-- error: 22023
select tsquery_phrase('a', 'b', -1);
-- error: 22023
select tsquery_phrase('a', 'b', 16385);
-- ---- matching
select 'a fat cat sat on a mat and ate a fat rat'::tsvector @@ 'cat & rat', 'fat & cow'::tsquery @@ 'a fat cat'::tsvector, 'a:1'::tsvector @@ 'a:A', 'a:1A'::tsvector @@ 'a:A', 'a:1A'::tsvector @@ 'a:BC', 'a:1A,2B'::tsvector @@ 'a:B';
select 'supernova star'::tsvector @@ 'super:*', 'supernova:1A'::tsvector @@ 'super:*A', 'supernova:1A'::tsvector @@ 'super:*B', 'super'::tsvector @@ 'super:*', 'sup'::tsvector @@ 'super:*';
select 'a:1 b:2'::tsvector @@ 'a <-> b', 'a:1 b:3'::tsvector @@ 'a <-> b', 'a:1 b:3'::tsvector @@ 'a <2> b', 'a:2 b:1'::tsvector @@ 'a <-> b', 'a b'::tsvector @@ 'a <-> b', 'a:1 b:1'::tsvector @@ 'a <0> b';
select 'a:1 b:2 c:3'::tsvector @@ 'a <-> b <-> c', 'a:1 b:2 c:3'::tsvector @@ 'a <-> (b <-> c)', 'a:1 b:2 c:3'::tsvector @@ 'a <2> c', 'a:1 b:2 c:4'::tsvector @@ '(a <-> b) <2> c';
select 'a:1 b:2'::tsvector @@ 'a <-> !c', 'a:1 b:2'::tsvector @@ 'a <-> !b', 'a:1 b:2'::tsvector @@ '!a <-> b', 'a:1 b:2 b:4'::tsvector @@ '!a <-> b', 'a:1'::tsvector @@ 'a <-> !b', '!a'::tsquery @@ ''::tsvector, '!a'::tsquery @@ 'b'::tsvector;
select 'a:1 b:2'::tsvector @@ '!(a <-> b)', 'a:1 b:3'::tsvector @@ '!(a <-> b)', 'a b'::tsvector @@ '!(a <-> b)', 'a:1 b:2'::tsvector @@ 'a <-> (b | c)', 'a:1 b:2'::tsvector @@ 'a <-> (b & c)', 'a:1 c:2 b:2'::tsvector @@ 'a <-> (b & c)', 'a:1'::tsvector @@ '!b <-> !c';
select 'a:1A b:2B'::tsvector @@ 'a:A <-> b:B', 'a:1A b:2B'::tsvector @@ 'a:B <-> b:B', 'ab:1 ac:3 d:4'::tsvector @@ 'a:* <-> d', 'a:5'::tsvector @@ '', ''::tsvector @@ 'a', ''::tsvector @@ '!a';
select 'cats are fat' @@ 'cat'::tsquery, 'cats are fat'::text @@ 'fat cats'::text, 'x' @@ 'y';
select 'a'::tsvector @@@ 'a'::tsquery, 'a'::tsquery @@@ 'b'::tsvector;
select 'cat'::tsvector @@ 'cat:A', 'cat'::tsvector @@ '!cat:A', 'cat dog:1A'::tsvector @@ 'cat:A & dog:A';
-- ---- configurations
select 'english'::regconfig, 'simple'::regconfig::oid, 'pg_catalog.english'::regconfig, 'ENGLISH'::regconfig, 'german'::regconfig::text, 3748::regconfig, '3748'::regconfig;
-- error: 42704
select 'klingon'::regconfig;
-- error: 42704
select to_tsvector('klingon', 'a');
-- error: 42602
select to_tsvector('', 'a');
select get_current_ts_config();
select lang, lang::text from docs where id = 1;
select to_tsvector(lang, title) from docs order by id;
select to_tsvector('simple'::regconfig, title) from docs order by id;
select ts_lexize('english_stem', 'stars'), ts_lexize('english_stem', 'a'), ts_lexize('simple', 'The'), ts_lexize('english_stem', 'Universities'), ts_lexize('english_stem', '');
-- error: 42704
select ts_lexize('klingon_stem', 'a');
-- ---- to_tsvector
select to_tsvector('english', 'The Fat Rats ate the fat cats'), to_tsvector('The Fat Rats'), to_tsvector('simple', 'The Fat Rats');
select to_tsvector('english', ''), to_tsvector('english', 'the and of'), to_tsvector('english', null), to_tsvector(null::regconfig, 'a');
select to_tsvector('english', 'Mail joe.o@mail.example.com, http://www.example.com/dir/page.html?a=1&b=2#x and /usr/local/file.txt'), to_tsvector('simple', 'version 1.2.3 costs -12.5e-3 or 42 (4.5kg), 3.14.');
select to_tsvector('english', 'state-of-the-art wall-mounted foo-bar2 e-mail O''Neil''s <b>bold</b> &amp; <!-- no --> AT&T C++ résumé naïve ÉCOLE');
select to_tsvector('simple', 'Привет мир ΑΒΓ 日本語 ٣٤ עברית a_b foo.bar 192.168.1.1 :-) #tag @user 50% $5 10:30 2024-01-02 a/b ../x ~/y');
select to_tsvector('english', repeat('a', 3000) || ' ok');
select to_tsvector('english', (select string_agg('word', ' ') from generate_series(1, 300)));
select length(to_tsvector('simple', (select string_agg('w' || i, ' ') from generate_series(1, 20000) i)));
select to_tsvector('simple', (select string_agg('w' || i % 3, ' ') from generate_series(1, 17000) i)) @@ 'w1:*';
-- error: 54000
select to_tsvector('simple', (select string_agg(lpad(i::text, 1900, 'x'), ' ') from generate_series(1, 600) i)) is null;
select to_tsvector('english', '{"a": "The Fat Rats", "b": ["cats", 1, true, null, {"c": "dogs"}], "the rat": "x"}'::jsonb), to_tsvector('english', '{"b": "cats", "a": "dogs", "a": "dogs"}'::json), to_tsvector('[]'::jsonb), to_tsvector('simple', '"a b"'::jsonb);
select jsonb_to_tsvector('english', '{"a": "The Fat Rats", "b": 123.50, "c": true, "d": null}', '["string", "numeric"]'), jsonb_to_tsvector('english', '{"cats": "rats", "b": 123, "c": true}', '"all"'), json_to_tsvector('simple', '{"cats": "rats", "b": 1.50, "c": false}', '["key", "boolean"]'), jsonb_to_tsvector('{"a": "b"}', '[]');
-- error: 22023
select jsonb_to_tsvector('english', '{"a": "b"}', '"none"');
-- error: 22023
select jsonb_to_tsvector('english', '{"a": "b"}', '{"a": 1}');
-- error: 22023
select jsonb_to_tsvector('english', '{"a": "b"}', '[1]');
-- ---- languages
select to_tsvector('german', 'Die Katzen schliefen über den Häusern'), to_tsvector('french', 'Les enfants mangeaient des pommes à l''école'), to_tsvector('spanish', 'Los niños corrían rápidamente'), to_tsvector('italian', 'I ragazzi mangiavano le mele della città');
select to_tsvector('dutch', 'De katten sliepen in het huisje'), to_tsvector('danish', 'Børnene løber hurtigt'), to_tsvector('swedish', 'Barnen springer fortare'), to_tsvector('norwegian', 'Barna løper raskere'), to_tsvector('finnish', 'Lapset juoksevat nopeasti taloissa');
select to_tsvector('russian', 'Дети быстро бегали по улицам and running cats'), to_tsvector('portuguese', 'As crianças corriam rapidamente'), to_tsvector('romanian', 'Copiii alergau repede'), to_tsvector('hungarian', 'A gyerekek gyorsan futottak a házakban'), to_tsvector('turkish', 'Çocuklar evlerden koşarak geldiler');
select to_tsvector('indonesian', 'Anak-anak berlarian mengejar makanannya'), to_tsvector('arabic', 'الأطفال يركضون في الشوارع'), to_tsvector('greek', 'Τα παιδιά έτρεχαν γρήγορα'), to_tsvector('hindi', 'लड़के तेज़ी से दौड़ रहे थे running'), to_tsvector('irish', 'Na páistí ag rith'), to_tsvector('lithuanian', 'Vaikai greitai bėgo');
select to_tsvector('nepali', 'केटाकेटीहरू छिटो दौडिए'), to_tsvector('serbian', 'Deca su brzo trčala'), to_tsvector('tamil', 'குழந்தைகள் ஓடினார்கள்'), to_tsvector('yiddish', 'די קינדער לויפֿן'), to_tsvector('armenian', 'երեխաները վազում էին'), to_tsvector('basque', 'Haurrak azkar zebiltzan'), to_tsvector('catalan', 'Els nens corrien ràpidament');
-- ---- queries of text
select to_tsquery('english', 'The & Fat & Rats'), to_tsquery('english', 'fat | the'), to_tsquery('english', '!the'), to_tsquery('english', 'the'), to_tsquery('english', '(the & cats) <-> the <-> dogs');
select to_tsquery('english', 'cats:A & dogs:*b'), to_tsquery('english', '''super novae'' & star'), to_tsquery('english', 'foo-bar & e-mail'), to_tsquery('simple', 'The:*'), to_tsquery('Fat & Rats');
select to_tsquery('english', 'fat <-> the <-> rats'), to_tsquery('english', 'fat <2> the <3> of <-> rats'), to_tsquery('english', 'the <-> rats'), to_tsquery('english', 'rats <-> the'), to_tsquery('english', 'a <-> (the | cats) <-> b');
select to_tsquery('english', ''), to_tsquery('english', '  '), to_tsquery('english', '''the cat sat on the mat'''), to_tsquery('english', '''on the mat:A''');
-- error: 42601
select to_tsquery('english', 'fat rats');
-- error: 42601
select to_tsquery('english', 'fat &');
-- error: 42601
select to_tsquery('english', '& fat');
select plainto_tsquery('english', 'The Fat Rats'), plainto_tsquery('english', 'The Fat & Rats:C'), plainto_tsquery('english', 'the'), plainto_tsquery('simple', 'The Fat'), plainto_tsquery('foo-bar'), plainto_tsquery('english', '');
select phraseto_tsquery('english', 'The Fat Rats'), phraseto_tsquery('english', 'The Cat and Rats'), phraseto_tsquery('english', 'cat the of rat'), phraseto_tsquery('the cat'), phraseto_tsquery('english', 'foo-bar baz');
select websearch_to_tsquery('english', 'The fat rats'), websearch_to_tsquery('english', '"supernovae stars" -crab'), websearch_to_tsquery('english', '"sad cat" or "fat rat"'), websearch_to_tsquery('english', 'signal -"segmentation fault"');
select websearch_to_tsquery('english', '""" )( dummy \\ query <->'), websearch_to_tsquery('english', 'or'), websearch_to_tsquery('english', 'cat or'), websearch_to_tsquery('english', 'or cat'), websearch_to_tsquery('english', 'cat or or dog'), websearch_to_tsquery('english', 'cat OR dog'), websearch_to_tsquery('english', 'cat orange dog'), websearch_to_tsquery('english', 'cat or-dog');
select websearch_to_tsquery('english', '-'), websearch_to_tsquery('english', '--cat'), websearch_to_tsquery('english', '-the cat'), websearch_to_tsquery('english', '"the cat"'), websearch_to_tsquery('english', '"cat'), websearch_to_tsquery('english', 'a:b & c | !d'), websearch_to_tsquery('simple', 'cat:* dog:A'), websearch_to_tsquery('it''s "it''s"'), websearch_to_tsquery('english', 'foo-bar "foo-bar" -foo-bar');
select websearch_to_tsquery('simple', 'fat or "cat dog" -mouse or the'), websearch_to_tsquery('simple', '"fat" "" cat'), websearch_to_tsquery('simple', 'or or or'), websearch_to_tsquery('simple', 'abc "'), websearch_to_tsquery('simple', 'abc -'), websearch_to_tsquery('simple', 'abc or (');
-- ---- rank
select ts_rank('a:1 b:2 c:3'::tsvector, 'a'), ts_rank('a:1 b:2 c:3'::tsvector, 'a & b'), ts_rank('a:1 b:2 c:3'::tsvector, 'a | b'), ts_rank('a:1A b:2B c:3C'::tsvector, 'a | b | c'), ts_rank('a b'::tsvector, 'a & b'), ts_rank('a:1'::tsvector, 'x'), ts_rank('', 'a'), ts_rank('a:1', '');
select ts_rank('a:1,5,9A b:2,30B c:3'::tsvector, 'a & b & c'), ts_rank('a:1,5,9A b:2,30B c:3'::tsvector, 'a & !b'), ts_rank('a:1,5,9A ab:2,30B c:3'::tsvector, 'a:*'), ts_rank('a:1 b:2'::tsvector, 'a <-> b'), ts_rank('a:1 b:2'::tsvector, 'b <-> a');
select m, ts_rank('a:1,5,9A b:2,30B c:3 d:4'::tsvector, 'a & b', m), ts_rank_cd('a:1,5,9A b:2,30B c:3 d:4'::tsvector, 'a & b', m) from (values (0), (1), (2), (4), (8), (16), (32), (3), (36), (63)) t (m) order by m;
select ts_rank('{0.1, 0.2, 0.4, 1.0}', 'a:1A b:2'::tsvector, 'a & b'), ts_rank('{1, 1, 1, 1}', 'a:1A b:2'::tsvector, 'a | b'), ts_rank('{-1, 0.5, 0, 1, 7}', 'a:1A b:2C'::tsvector, 'a | b'), ts_rank('{1,1,1,1}', 'a:1A b:2'::tsvector, 'a | b', 2);
-- error: 2202E
select ts_rank('{0.1, 0.2, 0.4}', 'a:1'::tsvector, 'a');
-- error: 2202E
select ts_rank('{{1,1,1,1}}', 'a:1'::tsvector, 'a');
-- error: 22004
select ts_rank('{1,1,1,null}', 'a:1'::tsvector, 'a');
-- error: 22023
select ts_rank('{1,1,1,2}', 'a:1'::tsvector, 'a');
select ts_rank_cd('a:1 b:2 c:3'::tsvector, 'a'), ts_rank_cd('a:1 b:2 c:3'::tsvector, 'a & c'), ts_rank_cd('a:1A b:2B c:3C'::tsvector, 'a & c'), ts_rank_cd('a:1,10 b:2,20'::tsvector, 'a & b'), ts_rank_cd('a b'::tsvector, 'a'), ts_rank_cd('a:1 b:5'::tsvector, 'a | b'), ts_rank_cd('a:1 b:2'::tsvector, 'a & !c'), ts_rank_cd('a:1 b:2 a:4 b:5'::tsvector, 'a <-> b'), ts_rank_cd('', 'a'), ts_rank_cd('a:1', '');
select ts_rank_cd('{0.1, 0.2, 0.4, 1.0}', 'a:1A b:2'::tsvector, 'a & b'), ts_rank_cd('{0.5, 0.2, 0.4, 1.0}', 'a:1A b:2'::tsvector, 'a & b', 32);
select id, ts_rank(search, q) as rank, ts_rank_cd(search, q) as cd from docs, to_tsquery('english', 'search | dog | fried') q where search @@ q order by rank desc, id;
-- ---- columns
select id, search from docs order by id;
select id from docs where search @@ to_tsquery('english', 'dogs & fox') order by id;
select id from docs where search @@ plainto_tsquery('english', 'fried rice') order by id;
select id from docs where search @@ phraseto_tsquery('english', 'fried egg') order by id;
select id from docs where search @@ phraseto_tsquery('english', 'egg fried') order by id;
select id from docs where search @@ websearch_to_tsquery('english', 'database -fox or rice') order by id;
select id from docs where not search @@ to_tsquery('english', 'dog') order by id;
select id from docs where to_tsvector('english', title) @@ to_tsquery('english', 'mount:*') order by id;
select id from docs where title @@ 'foxes' order by id;
select id from docs where body @@ to_tsquery('rice | search') order by id;
select id from docs where to_tsvector(title) || to_tsvector(coalesce(body, '')) @@ 'fox & lazi' order by id;
select id, rank from found order by rank desc, id;
select * from find_docs('"fried rice"');
select * from find_docs('search -fox');
select count_docs('dog'), count_docs('nothing');
select count(*) from docs where search @@ (select to_tsquery('english', 'dog'));
select d.id, x.w from docs d, unnest(tsvector_to_array(d.search)) x(w) where d.id in (1, 3) order by 1, 2;
update docs set body = 'now about zebras' where id = 5;
select id, search from docs where search @@ 'zebra' order by id;
insert into docs (id, title, body, lang) values (7, 'Neu', 'Häuser', 'german') returning search, lang;
-- error: 428C9
insert into docs (id, title, search) values (8, 'x', 'x'::tsvector);
update vectors set v = v || 'new:1A'::tsvector where id = 2 returning v;
update vectors set v = setweight(v, 'B'), q = q && 'x' where id = 2 returning v, q;
-- error: 23505
insert into vectors (id, v) values (9, 'sat on a a fat mat cat');
-- error: 22P02
insert into vectors (id, vs) values (9, '{"a"');
-- error: 42601
insert into vectors (id, q) values (9, 'a b');
-- error: 42804
insert into vectors (id, v) values (9, 'a'::tsquery);
-- error: 42804
insert into vectors (id, v) select 9, 'a'::text;
delete from vectors where v @@ 'new:B' returning id;
select case when v @@ 'cat' then 'cat' else 'none' end from vectors order by id;
select coalesce(v, 'none'::tsvector) from vectors order by id;
select vs[1], vs[2], array_length(vs, 1) from vectors order by id;
select '{"a b","c:1"}'::tsvector[], array['a & b'::tsquery], '{"a & b","!c"}'::tsquery[];

-- as: alice
insert into notes (id, body, v) values (1, 'hello', to_tsvector('english', 'hello worlds')) returning v;
-- error: 42501
insert into notes (id, body, v) values (2, 'spam', 'spam:1') returning v;
select id, v from notes where v @@ to_tsquery('english', 'world');
update notes set v = v || to_tsvector('english', 'more words') where v @@ 'hello' returning v;
-- error: 42501
update notes set v = v || 'spam:1'::tsvector;

-- as: bob
select id from notes where v @@ to_tsquery('english', 'world');
select id from notes where v @@ '!x' or ts_rank(v, 'world') > 0;
insert into notes (id, v) values (3, 'bob:1') returning id;
select id from notes where v @@ 'bob | hello';
delete from notes where v @@ 'hello';

-- as: anon
select id from notes where v @@ 'hello';
select to_tsvector('english', 'cats') @@ to_tsquery('english', 'cat');

-- as: owner
-- ---- tsvector_update_trigger
create table mails (id int primary key, title text, body varchar(99), n int, v tsvector, w tsvector);
create trigger words before insert or update on mails for each row execute function tsvector_update_trigger(v, 'pg_catalog.english', title, body);
insert into mails values (1, 'The fat cats', 'and the dogs'), (2, null, 'rats'), (3, null, null), (4, 'a <b', 'c> d');
select id, v from mails order by id;
update mails set body = 'zebras of ' || id where id < 3 returning id, v;
update mails set v = 'x' where id = 3 returning v;
create trigger more_words before insert on mails for each row execute function pg_catalog.tsvector_update_trigger('w', 'pg_catalog.simple', 'body');
insert into mails (id, title, body) values (5, 'one', 'The Two') returning v, w;
drop trigger words on mails;
drop trigger more_words on mails;
create trigger words before insert or update on mails for each row execute function tsvector_update_trigger(v, 'english', title);
-- error: 22023
insert into mails (id) values (6);
drop trigger words on mails;
create trigger words before insert or update on mails for each row execute function tsvector_update_trigger(v, 'pg_catalog.english', nothing);
-- error: 42703
insert into mails (id) values (6);
drop trigger words on mails;
create trigger words before insert or update on mails for each row execute function tsvector_update_trigger(nothing, 'pg_catalog.english', title);
-- error: 42703
insert into mails (id) values (6);
drop trigger words on mails;
create trigger words before insert or update on mails for each row execute function tsvector_update_trigger(v, 'pg_catalog.klingon', title);
-- error: 42704
insert into mails (id) values (6);
drop trigger words on mails;
create trigger words before insert or update on mails for each row execute function tsvector_update_trigger(v, 'pg_catalog.english');
-- error: XX000
insert into mails (id) values (6);
drop trigger words on mails;
create trigger words after insert on mails for each row execute function tsvector_update_trigger(v, 'pg_catalog.english', title);
-- error: XX000
insert into mails (id) values (6);
select id, v from mails order by id;

-- as: anon
-- ---- pg_trgm
select similarity('word', 'two words'), similarity('', ''), similarity('a', ''), similarity('Héllo wörld', 'hello world'), similarity('abc', 'ABC'), similarity(null, 'a');
select show_trgm('Hello wörld 123_x'), show_trgm(''), show_trgm('a'), show_trgm('日本 ab'), show_trgm('a-b''c d');
select 'word' % 'two words', 'word' % 'words', 'abc'::text % 'xyz'::text, 7 % 4, 'word'::text <-> 'two words'::text;
select x from (values ('postgres'), ('postgresql'), ('mysql'), ('sqlite')) t (x) where x % 'postgress' order by x <-> 'postgress', x;
select similarity(x, y) from (values ('the quick brown fox', 'quick brown foxes'), ('aaaa', 'aaa'), ('Straße', 'strasse'), ('x y z', 'z y x'), ('ÀÉ', 'àé')) t (x, y);
-- error: XX000
select jsonb_to_tsvector('english', '{"a": "b"}', '[{"x": 1}]');
