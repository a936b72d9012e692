-- Slices of arrays, elements and keys of jsonb, assigned in UPDATE and in PL/pgSQL.
create table parts (id int primary key, a int[], t text[], j jsonb, m int[][]);
insert into parts values (1, '{1,2,3,4}', '{a,b}', '{"a": [1, 2], "b": {"c": 1}, "s": 5}', '{{1,2},{3,4}}'), (2, null, null, null, null), (3, '{}', '{}', '[]', '{}');
create type holder as (a int[], j jsonb);
create table held (id int, h holder);
insert into held values (1, row('{1,2,3}', '{"k": 1}'));
create function slices(n int, lo int, hi int, v int[]) returns text language plpgsql as $$
declare a int[]; b int[] := '{1,2,3,4,5}'; r record;
begin
    case n
    when 1 then b[lo:hi] := v; return b;
    when 2 then a[lo:hi] := v; return a;
    when 3 then b[:hi] := v; return b;
    when 4 then b[lo:] := v; return b;
    when 5 then b[:] := v; return b;
    when 6 then a[:] := v; return a;
    when 7 then b[lo:hi] := '{9,8}'; return b;
    when 8 then b[lo:hi] := array['x', 'y']; return b;
    end case;
end $$;
create function jsons(n int, k text, i int, v jsonb) returns jsonb language plpgsql as $$
declare j jsonb := '{"a": [1, {"b": 2}], "s": 1}'; e jsonb; l jsonb := '[1, 2]'; h holder;
begin
    case n
    when 1 then j[k] := v; return j;
    when 2 then j['a'][i] := v; return j;
    when 3 then j['a'][i]['b'] := v; return j;
    when 4 then e[k] := v; return e;
    when 5 then e[i] := v; return e;
    when 6 then l[i] := v; return l;
    when 7 then j[k][i][k] := v; return j;
    when 8 then j['s'][k] := v; return j;
    when 9 then j['a'][k] := v; return j;
    when 10 then e[k][i] := '"text"'; return e;
    when 11 then j[1.5] := v; return j;
    when 12 then j['s'] := 5; return j;
    when 13 then e := '7'; e[k] := v; return e;
    when 14 then j[i] := v; return j;
    end case;
end $$;
-- as: owner
update parts set a[2:3] = '{20,30}' where id = 1 returning id, a;
-- error: 2202E
update parts set a[1:3] = '{1}';
update parts set a[1:2] = '{7,8}' returning id, a;
update parts set a[6:7] = '{7,8}' where id = 1 returning a;
update parts set a[:2] = array[1, 2, 3] where id = 1 returning a;
update parts set a[6:] = array[1, 2, 3] where id = 1 returning a;
-- error: 2202E
update parts set a[3:2] = array[1, 2, 3] where id = 1;
update parts set a[1:1] = null where id = 1 returning a;
-- error: 22004
update parts set a[1:null] = '{1}' where id = 1;
-- error: 42804
update parts set a[1:2] = 5;
-- error: 42804
update parts set a[1:2] = array['x', 'y'];
update parts set t[1:2] = array['x', 'y'], a[1] = 0 returning id, a, t;
update parts set a = '{}', t = null, j = null where id > 1;
update parts set a[2:1] = '{1}' where id = 1;
-- error: 2202E
update parts set a[:2] = '{1,2}' where id = 3;
update parts set t[1:2] = null where id = 2 returning t;
update parts set j['a'][0] = '9' returning id, j;
update parts set j['a'][3] = '"x"' where id = 1 returning j;
update parts set j['b']['c'] = 'null', a[1] = 5 where id = 1 returning j;
update parts set j['n']['m'][2]['z'] = '{"q": 1}' where id = 1 returning j;
-- error: 22023
update parts set j['s']['x'] = '1' where id = 1;
update parts set j['a'][-1] = '"last"' where id = 1 returning j;
-- error: 22023
update parts set j['a'][-9] = '1' where id = 1;
-- error: 22P02
update parts set j['a']['x'] = '1' where id = 1;
update parts set j['a'] = null where id = 1 returning j;
update parts set j = null where id = 2;
update parts set j[2] = '1' where id = 2 returning j;
update parts set j[0]['k'] = '1' where id = 2 returning j;
update parts set j['1'] = '"one"' where id = 2 returning j;
update parts set j[id::text] = to_jsonb(t) where id = 3 returning j;
-- error: 22004
update parts set j[null] = '1' where id = 1;
-- error: 42804
update parts set j[1.5] = '1' where id = 1;
-- error: 42804
update parts set j[1:2] = '1' where id = 1;
-- error: 42804
update parts set j['a'] = 1 where id = 1;
update held set h.a[2:3] = '{5,6}', h.j['n'][1] = '2' where id = 1 returning h;
insert into parts (id, a) values (9, '{1}') on conflict (id) do update set a[1:2] = '{3,4}';
insert into parts (id, a) values (9, '{1}') on conflict (id) do update set a[1:2] = '{3,4}', j['up'] = '1' returning a, j;
select slices(1, 2, 3, '{20,30}'), slices(1, 6, 7, '{1,2}'), slices(2, 1, 2, '{1,2,3}'), slices(3, 0, 2, '{7,8}'), slices(4, 4, 0, '{7,8}'), slices(5, 0, 0, '{5,4,3,2,1}'), slices(7, 1, 2, null);
-- error: 2202E
select slices(6, 0, 0, '{1}');
-- error: 2202E
select slices(1, 1, 5, '{1}');
-- error: 22004
select slices(1, 1, null, '{1}');
select slices(1, 1, 2, null), slices(2, 1, 2, null);
-- error: 2202E
select slices(1, 3, 2, '{1}');
-- error: 22P02
select slices(8, 1, 2, null);
select jsons(1, 'k', 0, '1'), jsons(1, 'a', 0, null), jsons(2, '', 0, '"x"'), jsons(2, '', 4, '"x"'), jsons(3, '', 1, '3'), jsons(3, '', 5, '3');
select jsons(4, 'k', 0, '1'), jsons(5, '', 2, '1'), jsons(5, '', 0, null), jsons(6, '', -1, '9'), jsons(6, '', 3, '9'), jsons(7, 'k', 1, '9'), jsons(10, 'k', 1, null);
-- error: 22023
select jsons(8, 'k', 0, '1');
-- error: 22P02
select jsons(9, 'k', 0, '1');
-- error: 42804
select jsons(11, 'k', 0, '1');
select jsons(12, 'k', 0, '1');
-- error: 22023
select jsons(13, 'k', 0, '1');
-- error: 22004
select jsons(1, null, 0, '1');
select jsons(14, '', 5, '1');
-- error: 22023
select jsons(6, '', -5, '9');
