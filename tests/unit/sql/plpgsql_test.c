#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sql/builtin.h"
#include "sql/catalog.h"
#include "sql/plpgsql_dump.h"

#define TEST(name) static void name(void **state)
#define ENTRY(name) cmocka_unit_test_setup_teardown(name, arena_setup, arena_teardown)
#define assert_str(actual, expected)                                                       \
    do {                                                                                   \
        str actual_ = (actual), expected_ = (expected);                                    \
        if (!str_eq(actual_, expected_))                                                   \
            fail_msg("got \"%.*s\", want \"%.*s\"", STR_FMT(actual_), STR_FMT(expected_)); \
    } while (0)

static int arena_setup(void **state)
{
    *state = arena_new(0);
    return 0;
}

static int arena_teardown(void **state)
{
    arena_free(*state);
    return 0;
}

/* f(a int, b text) returns int, and others with the same arguments. */
static const struct cat_argument arguments[] = {
    {.name = STR_INIT("a"), .type = INT4OID, .mode = 'i'},
    {.name = STR_INIT("b"), .type = TEXTOID, .mode = 'i'},
};
static const struct cat_argument outputs[] = {
    {.name = STR_INIT("a"), .type = INT4OID, .mode = 'i'},
    {.name = STR_INIT("x"), .type = INT4OID, .mode = 'o'},
    {.name = STR_INIT("y"), .type = TEXTOID, .mode = 'o'},
};
#define FUNCTION(args, ...)                                                         \
    {                                                                               \
        .name = STR_INIT("f"), .kind = 'f', .volatility = 'v', .arguments = (args), \
        .argument_count = COUNT_OF(args), __VA_ARGS__                               \
    }
static const struct cat_function scalar = FUNCTION(arguments, .result = INT4OID);
static const struct cat_function nothing = FUNCTION(arguments, .result = VOIDOID);
static const struct cat_function set = FUNCTION(arguments, .result = INT4OID, .returns_set = true);
static const struct cat_function out = FUNCTION(outputs, .result = RECORDOID);
static const struct cat_function out_set =
    FUNCTION(outputs, .result = RECORDOID, .returns_set = true);
static const struct cat_function trigger = {
    .name = STR_INIT("f"), .kind = 'f', .volatility = 'v', .result = TRIGGEROID};
static const struct cat_function procedure = {
    .name = STR_INIT("f"), .kind = 'p', .volatility = 'v', .result = VOIDOID};

static struct pl_function *parsed(struct arena *arena,
                                  const struct cat_function *function,
                                  str body)
{
    struct pl_function *made = NULL;
    err error = plpgsql_parse(arena, function, body, &made);
    if (!error) error = plpgsql_check_syntax(arena, made);
    if (error) fail_msg("%.*s: %.*s", STR_FMT(body), STR_FMT(error->message));
    return made;
}

static str dumped(struct arena *arena, const struct cat_function *function, str body)
{
    struct pl_function *made = parsed(arena, function, body);
    struct dump dump = {buf_in(arena, 0), made};
    dump_statement(&dump, made->block);
    return buf_str(dump.out);
}

static void assert_tree(struct arena *arena,
                        const struct cat_function *function,
                        const char *body,
                        const char *want)
{
    assert_str(dumped(arena, function, str_of(body)), str_of(want));
}

static void assert_refused(struct arena *arena,
                           const struct cat_function *function,
                           const char *body,
                           const char *sqlstate,
                           const char *message)
{
    struct pl_function *made = NULL;
    err error = plpgsql_parse(arena, function, str_of(body), &made);
    if (!error) error = plpgsql_check_syntax(arena, made);
    if (!error) fail_msg("accepted: %s", body);
    assert_str(error->message, str_of(message));
    assert_str(error->code, str_of(sqlstate));
    assert_true(error->at >= 0 && error->at <= (int64_t)strlen(body));
}

/* ---- statements ---- */

TEST(declarations_have_types_and_values)
{
    assert_tree(*state, &scalar,
                "DECLARE x int; y text := 'a;b'; z constant numeric(10,2) not null = 1; BEGIN END",
                "block(x:named pg_catalog.int4)(y:named text = {'a;b'})"
                "(z constant:named pg_catalog.numeric not null = {1})[]");
    assert_tree(*state, &scalar,
                "declare r record; t users%rowtype; c s.t.c%type; v r2%type; i a%type; "
                "l int[] default '{}'; \"Q q\" public.mood; begin end;",
                "block(r:record)(t:row users)(c:column s.t.c)(v:named r2)(i:column a)"
                "(l:named pg_catalog.int4[] = {'{}'})(Q q:named public.mood)[]");
    assert_tree(*state, &scalar,
                "declare z alias for $1; y alias for f.b; begin z := y; y = 'x'; end",
                "block[assign a = {y}; assign b = {'x'}]");
    assert_tree(*state, &scalar,
                "declare c refcursor; d cursor for select 1; e no scroll cursor (n int, m text) is "
                "select n; begin end",
                "block(c:cursor)(d:cursor for {select 1})(n:named pg_catalog.int4)(m:named text)"
                "(e:cursor scroll-n of n,m for {select n})[]");
}

TEST(assignments_name_variables_fields_and_elements)
{
    assert_tree(*state, &scalar,
                "declare r t%rowtype; l int[]; begin r.x := 1; r.\"Y y\".z = 2; l[1] := 3; "
                "l[a + 1][2:3] = 4; r.l[:2] := '{}'; f.a := 5; $1 := 6; end",
                "block(r:row t)(l:named pg_catalog.int4[])[assign r.x = {1}; assign r.Y y.z = {2}; "
                "assign l[{1}] = {3}; assign l[{a + 1}][{2}:{3}] = {4}; assign r.l[:{2}] = {'{}'}; "
                "assign a = {5}; assign a = {6}]");
    assert_tree(*state, &scalar, "begin a =-1; a:=-1; A := (select max(x) from t) ; end",
                "block[assign a = {-1}; assign a = {-1}; assign a = {(select max(x) from t)}]");
    assert_tree(*state, &scalar,
                "<<o>> declare x int; begin declare x text; begin o.x := 1; x := 2; end; end o",
                "block <<o>>(x:named pg_catalog.int4)[block(x:named text)[assign x = {1}; assign x "
                "= {2}]]");
    /* A keyword is a variable where something is assigned to it. */
    assert_tree(*state, &scalar, "declare return int; begin return := 1; return return; end",
                "block(return:named pg_catalog.int4)[assign return = {1}; return {return}]");
}

TEST(branches_nest)
{
    assert_tree(*state, &scalar,
                "begin if a > 1 then null; elsif a = 0 then if true then null; end if; "
                "elseif b is null then else return 1; end if; end",
                "block[if {a > 1}[null] {a = 0}[if {true}[null]] {b is null}[] else[return {1}]]");
    /* THEN ends a condition at depth 0, as in PostgreSQL: a CASE needs parentheses. */
    assert_tree(*state, &scalar,
                "begin if (case when a = 1 then true else false end) then null; end if; end",
                "block[if {(case when a = 1 then true else false end)}[null]]");
    assert_tree(*state, &scalar,
                "begin case a when 1, 2 then null; when 3 then else null; end case; end",
                "block[case test{a} {1, 2}[null] {3}[] else[null]]");
    assert_tree(*state, &scalar, "begin case when a = 1 then return 1; end case; end",
                "block[case {a = 1}[return {1}]]");
}

TEST(loops_have_their_forms)
{
    assert_tree(*state, &scalar,
                "begin <<l>> loop exit l when a > 1; continue; exit; end loop l; "
                "while a < 3 loop a := a + 1; end loop; end",
                "block[loop <<l>>[exit l {a > 1}; exit continue; exit]; while {a < 3}[assign a = "
                "{a + 1}]]");
    assert_tree(
        *state, &scalar,
        "begin for i in 1..a loop null; end loop; for i in reverse (10)..f(1, 2) by 2 loop "
        "null; end loop; for i in a.. .5+1 loop end loop; end",
        "block[fori i from{1} to{a}[null]; fori reverse i from{(10)} to{f(1, 2)} by{2}[null]; "
        "fori i from{a} to{.5+1}[]]");
    assert_tree(
        *state, &scalar,
        "declare r record; begin for r in select * from t loop null; end loop; "
        "for a, b in select 1, 'x' loop end loop; for r in execute 'select $1' using a, b "
        "loop end loop; for a in with x as (select 1) table x loop end loop; end",
        "block(r:record)[forq into r in{select * from t}[null]; forq into a,b in{select 1, 'x'}[]; "
        "forq into r execute{'select $1'} using{a},{b}[]; "
        "forq into a in{with x as (select 1) table x}[]]");
    assert_tree(
        *state, &scalar,
        "declare c cursor (n int, m int) for select n; d cursor for select 1; begin "
        "for r in c (m := 2, n := a) loop a := r.n; end loop; for r in d loop end loop; end",
        "block(n:named pg_catalog.int4)(m:named pg_catalog.int4)(c:cursor of n,m for {select n})"
        "(d:cursor for {select 1})[forc into r c using{a},{2}[assign a = {r.n}]; forc into r d[]]");
    assert_tree(
        *state, &scalar,
        "begin foreach a in array array[1,2] loop null; end loop; foreach b slice 1 in array "
        "x() loop end loop; end",
        "block[foreach into a in{array[1,2]}[null]; foreach into b in{x()} slice 1[]]");
}

TEST(results_follow_the_function)
{
    assert_tree(*state, &scalar, "begin return a + 1; end", "block[return {a + 1}]");
    assert_tree(*state, &nothing, "begin return; end", "block[return]");
    assert_tree(*state, &out, "begin x := 1; return; end", "block[assign x = {1}; return]");
    assert_tree(*state, &out_set,
                "begin y := 'a'; return next; return query select 1, 'a'; return; end",
                "block[assign y = {'a'}; next; query {select 1, 'a'}; return]");
    assert_tree(*state, &set,
                "begin return next a; return query execute 'select ' || $1 using a, b; end",
                "block[next {a}; query execute{'select ' || $1} using{a},{b}]");
    assert_tree(
        *state, &trigger,
        "begin new.x := old.x; if tg_op = 'DELETE' then return old; end if; return new; end",
        "block[assign new.x = {old.x}; if {tg_op = 'DELETE'}[return {old}]; return {new}]");
    assert_tree(
        *state, &procedure, "begin commit; rollback and chain; commit and no chain; return; end",
        "block[transaction commit; transaction rollback chain; transaction commit; return]");
}

TEST(raise_has_its_forms)
{
    assert_tree(*state, &scalar, "begin raise notice 'a % b %%', a; raise 'it''s'; raise; end",
                "block[raise 3 \"a % b %%\" {a}; raise 5 \"it's\"; raise 5 again]");
    assert_tree(
        *state, &scalar,
        "begin raise exception 'x %, %', a, b using errcode = '22012', hint := 'h', detail = b; "
        "end",
        "block[raise 5 \"x %, %\" {a},{b} option0={'22012'} option3={'h'} option2={b}]");
    assert_tree(
        *state, &scalar,
        "begin raise unique_violation using message = 'm'; raise warning sqlstate 'PT404'; "
        "raise using message = 'x'; raise log $$q$$; raise info e'a\\nb'; raise debug 'd'; end",
        "block[raise 5 23505 unique_violation option1={'m'}; raise 4 PT404 PT404; "
        "raise 5 option1={'x'}; raise 1 \"q\"; raise 2 \"a\nb\"; raise 0 \"d\"]");
    assert_tree(*state, &scalar, "begin assert a > 1; assert a > 1, 'no ' || a; end",
                "block[assert {a > 1}; assert {a > 1} {'no ' || a}]");
}

TEST(handlers_name_conditions)
{
    assert_tree(
        *state, &scalar,
        "begin null; exception when unique_violation or sqlstate '22012' then b := sqlerrm; "
        "when others then raise; end",
        "block[null] when 23505 22012[assign b = {sqlerrm}] when OTHERS[raise 5 again]");
    assert_tree(*state, &scalar, "begin begin exception when no_data_found then end; end",
                "block[block[] when P0002[]]");
    assert_tree(*state, &scalar, "begin exception when modifying_sql_data_not_permitted then end",
                "block[] when 2F002 38002[]");
    assert_tree(*state, &scalar,
                "begin get diagnostics a = row_count, b := pg_context; get stacked diagnostics "
                "b = message_text; end",
                "block[diagnostics a=0 b=1; diagnostics stacked b=9]");
}

TEST(sql_gives_up_its_into)
{
    assert_tree(
        *state, &scalar, "begin select x, y into a, b from t; select x from t into strict a; end",
        "block[sql {select x, y           from t} into a,b; sql {select x from t} into strict a]");
    assert_tree(
        *state, &scalar,
        "declare r record; begin insert into t values (1) returning * into r; "
        "update t set x = 1 returning x into r.x; end",
        "block(r:record)[sql modifies itself {insert into t values (1) returning *} into r; "
        "sql modifies itself {update t set x = 1 returning x} into r.x]");
    assert_tree(*state, &scalar,
                "begin with n as (insert into t values (1) returning x) select x into a from n; "
                "with n as (select 1) delete from t; end",
                "block[sql modifies {with n as (insert into t values (1) returning x) select x     "
                "   from n} "
                "into a; sql modifies itself {with n as (select 1) delete from t}]");
    assert_tree(
        *state, &scalar, "begin perform f(1), 2 from t; call p(a); do $x$ begin end $x$; end",
        "block[sql perform {SELECT  f(1), 2 from t}; sql {call p(a)}; sql {do $x$ begin end $x$}]");
    assert_tree(
        *state, &scalar,
        "begin execute 'a' || b into strict a using a, b; execute b using a into b; execute b; end",
        "block[execute {'a' || b} into strict a using{a},{b}; execute {b} into b using{a}; "
        "execute {b}]");
    assert_tree(*state, &scalar, "begin create temp table x (a int); end",
                "block[sql {create temp table x (a int)}]");
}

TEST(cursors_open_fetch_move_and_close)
{
    assert_tree(*state, &scalar,
                "declare c refcursor; begin open c for select 1; open c scroll for select 1; "
                "open c no scroll for execute 'x' using a; close c; end",
                "block(c:cursor)[open c for{select 1}; open c scroll-s for{select 1}; "
                "open c scroll-n execute{'x'} using{a}; close c]");
    assert_tree(
        *state, &scalar,
        "declare c cursor (n int) for select n; begin open c (a); fetch c into a; "
        "fetch next from c into a; fetch prior in c into a; fetch last from c into a; "
        "fetch absolute a + 1 from c into a; fetch relative -1 from c into a; "
        "move c; move forward 2 from c; move backward all in c; move all from c; "
        "fetch forward from c into a; fetch from c into a; move 3 from c; end",
        "block(n:named pg_catalog.int4)(c:cursor of n for {select n})[open c using{a}; "
        "fetch c 0 1 into a; fetch c 0 1 into a; fetch c 1 1 into a; fetch c 2 -1 into a; "
        "fetch c 2 {a + 1} into a; fetch c 3 {-1} into a; fetch c 0 1 move; fetch c 0 {2} move; "
        "fetch c 1 all move; fetch c 0 all move; fetch c 0 1 into a; fetch c 0 1 into a; "
        "fetch c 0 {3} move]");
}

/* ---- names ---- */

static const struct pl_name *named(const struct pl_name *name, str text)
{
    while (name && !(name->kind == PL_NAME_VARIABLE && str_eq(name->name, text)))
        name = name->outer;
    return name;
}

TEST(every_piece_knows_the_names_at_its_place)
{
    struct pl_function *made =
        parsed(*state, &scalar,
               STR("declare x int := a;\nbegin\n  declare y int := x; begin a := y; end;\n"
                   "  a := x; <<l>> for i in 1..x loop a := i; end loop;\nend"));
    assert_int_equal(made->expr_count, 7);
    assert_null(named(made->exprs[0]->names, STR("x")));
    assert_non_null(named(made->exprs[1]->names, STR("x")));
    assert_null(named(made->exprs[1]->names, STR("y")));
    assert_non_null(named(made->exprs[2]->names, STR("y")));
    assert_null(named(made->exprs[3]->names, STR("y")));
    assert_null(named(made->exprs[5]->names, STR("i")));
    const struct pl_name *i = named(made->exprs[6]->names, STR("i"));
    assert_non_null(i);
    assert_str(i->outer->name, STR("l"));
    assert_true(i->outer->loop);
    assert_int_equal(made->exprs[0]->line, 1);
    assert_int_equal(made->exprs[2]->line, 3);
    assert_int_equal(made->exprs[6]->line, 4);
    assert_int_equal(made->exprs[0]->at, 17);
    for (size_t n = 0; n < made->expr_count; n++) {
        assert_int_equal(made->exprs[n]->number, n);
        assert_non_null(named(made->exprs[n]->names, STR("$2")));
        assert_non_null(named(made->exprs[n]->names, STR("found")));
    }
}

TEST(triggers_have_rows_and_more)
{
    struct pl_function *made = parsed(*state, &trigger, STR("begin return new; end"));
    assert_int_equal(made->variables[made->new_row].special, PL_NEW);
    assert_int_equal(made->variables[made->old_row].special, PL_OLD);
    const struct pl_name *names = made->exprs[0]->names;
    assert_int_equal(named(names, STR("tg_relname"))->variable,
                     named(names, STR("tg_table_name"))->variable);
    made = parsed(*state, &out, STR("begin end"));
    assert_int_equal(made->new_row, -1);
    assert_int_equal(made->argument_count, 3);
    assert_int_equal(made->output_count, 2);
    assert_int_equal(made->outputs[0], made->arguments[1]);
}

TEST(case_keeps_its_value_in_a_variable)
{
    struct pl_function *made =
        parsed(*state, &scalar, STR("begin case a when 1 then null; end case; a := 1; end"));
    const struct pl_statement *statement = made->block->block.body.at[0];
    int variable = statement->branch.test_variable;
    assert_int_equal(made->variables[variable].special, PL_CASE_TEST);
    str name = made->variables[variable].name;
    assert_int_equal(named(statement->branch.arms[0].condition->names, name)->variable, variable);
    assert_null(named(statement->branch.test->names, name));
    assert_null(named(made->exprs[2]->names, name));
}

TEST(options_come_first)
{
    assert_int_equal(
        parsed(*state, &scalar, STR("#variable_conflict use_column\n begin end"))->conflict,
        PL_CONFLICT_COLUMN);
    assert_int_equal(parsed(*state, &scalar,
                            STR("#option dump\n#print_strict_params on\n"
                                "#variable_conflict use_variable\n begin end;"))
                         ->conflict,
                     PL_CONFLICT_VARIABLE);
    assert_int_equal(parsed(*state, &scalar, STR("begin end"))->conflict, PL_CONFLICT_ERROR);
}

/* ---- effects ---- */

TEST(words_tell_effects)
{
    static const struct {
        const char *body;
        bool writes, dynamic;
        size_t calls;
    } rows[] = {
        {"begin a := g(1) + s.h(2) + g(3); end",                             false, false, 2},
        {"begin select count(*) into a from t; end",                         false, false, 1},
        {"begin insert into t values (1); end",                              true,  false, 1},
        {"begin for a in update t set x = 1 returning x loop end loop; end", true,  false, 0},
        {"begin with x as (delete from t) select 1 into a; end",             true,  false, 0},
        {"begin with x as (select 1) insert into t select 2; end",           true,  false, 0},
        {"begin select x into a from t for update; end",                     true,  false, 0},
        {"begin select x into a from t for no key update; end",              true,  false, 0},
        {"begin perform 1 from t; end",                                      false, false, 0},
        {"begin execute b; end",                                             false, true,  0},
        {"begin create table x (a int); end",                                true,  false, 1},
        {"begin do 'begin end'; end",                                        true,  false, 0},
        {"begin call p(1); end",                                             false, false, 1},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct pl_function *made = parsed(*state, &scalar, str_of(rows[i].body));
        bool right = made->writes == rows[i].writes && made->dynamic == rows[i].dynamic;
        if (!right) fail_msg("%s", rows[i].body);
        if (rows[i].calls) assert_true(made->call_count >= rows[i].calls);
    }
}

/* ---- refusals ---- */

TEST(what_the_grammar_refuses)
{
    assert_refused(*state, &scalar, "", "42601", "syntax error at end of input");
    assert_refused(*state, &scalar, "begin", "42601", "syntax error at end of input");
    assert_refused(*state, &scalar, "begin end x", "42601",
                   "end label \"x\" specified for unlabeled block");
    assert_refused(*state, &scalar, "<<y>> begin end x", "42601",
                   "end label \"x\" differs from block's label \"y\"");
    assert_refused(*state, &scalar, "begin end; select", "42601",
                   "syntax error at or near \"select\"");
    assert_refused(*state, &scalar, "declare x int; x text; begin end", "42601",
                   "duplicate declaration at or near \"x\"");
    assert_refused(*state, &scalar, "declare <<y>> begin end", "42601",
                   "block label must be placed before DECLARE, not after");
    assert_refused(*state, &scalar, "declare x int not null; begin end", "22004",
                   "variable \"x\" must have a default value, since it's declared NOT NULL");
    assert_refused(*state, &scalar, "declare x alias for y; begin end", "42704",
                   "variable \"y\" does not exist");
    assert_refused(*state, &scalar, "declare x void; begin end", "0A000",
                   "variable \"x\" has pseudo-type void");
    assert_refused(*state, &scalar, "declare x; begin end", "42601",
                   "missing data type declaration at or near \";\"");
    assert_refused(*state, &scalar, "declare x constant int := 1; begin x := 2; end", "22005",
                   "variable \"x\" is declared CONSTANT");
    assert_refused(*state, &scalar, "begin z := 1; end", "42601", "\"z\" is not a known variable");
    assert_refused(*state, &scalar, "begin z.y := 1; end", "42601",
                   "\"z.y\" is not a known variable");
    assert_refused(*state, &scalar, "begin a.y := 1; end", "42601",
                   "\"a.y\" is not a known variable");
    assert_refused(*state, &scalar, "begin select 1 into z; end", "42601",
                   "\"z\" is not a known variable");
    assert_refused(*state, &scalar, "declare r record; begin select 1, 2 into r, a; end", "42601",
                   "record variable cannot be part of multiple-item INTO list");
    assert_refused(*state, &scalar, "declare r record; begin select 1, 2 into a, r; end", "42601",
                   "\"r\" is not a scalar variable");
    assert_refused(*state, &scalar, "begin select 1 into a into b; end", "42601",
                   "INTO specified more than once at or near \"into\"");
    assert_refused(*state, &scalar, "begin exit; end", "42601",
                   "EXIT cannot be used outside a loop, unless it has a label");
    assert_refused(*state, &scalar, "begin continue; end", "42601",
                   "CONTINUE cannot be used outside a loop");
    assert_refused(
        *state, &scalar, "begin loop exit m; end loop; end", "42601",
        "there is no label \"m\" attached to any block or loop enclosing this statement");
    assert_refused(*state, &scalar, "<<m>> begin loop continue m; end loop; end", "42601",
                   "block label \"m\" cannot be used in CONTINUE");
    assert_refused(*state, &scalar, "begin return; end", "42601",
                   "missing expression at or near \";\"");
    assert_refused(*state, &scalar, "begin return next 1; end", "42804",
                   "cannot use RETURN NEXT in a non-SETOF function");
    assert_refused(*state, &scalar, "begin return query select 1; end", "42804",
                   "cannot use RETURN QUERY in a non-SETOF function");
    assert_refused(*state, &nothing, "begin return 1; end", "42804",
                   "RETURN cannot have a parameter in function returning void");
    assert_refused(*state, &set, "begin return 1; end", "42804",
                   "RETURN cannot have a parameter in function returning set");
    assert_refused(*state, &out, "begin return 1; end", "42804",
                   "RETURN cannot have a parameter in function with OUT parameters");
    assert_refused(*state, &out_set, "begin return next 1; end", "42804",
                   "RETURN NEXT cannot have a parameter in function with OUT parameters");
    assert_refused(*state, &procedure, "begin return 1; end", "42601",
                   "RETURN cannot have a parameter in a procedure");
    assert_refused(*state, &scalar, "begin null; exception when nope then end", "42704",
                   "unrecognized exception condition \"nope\"");
    assert_refused(*state, &scalar, "begin null; exception when sqlstate '1' then end", "42601",
                   "invalid SQLSTATE code at or near \"'1'\"");
    assert_refused(*state, &scalar, "begin raise nope; end", "42704",
                   "unrecognized exception condition \"nope\"");
    assert_refused(*state, &scalar, "begin raise 'a %'; end", "42601",
                   "too few parameters specified for RAISE");
    assert_refused(*state, &scalar, "begin raise 'a', 1; end", "42601",
                   "too many parameters specified for RAISE");
    assert_refused(*state, &scalar, "begin raise 'a' using x = 1; end", "42601",
                   "unrecognized RAISE statement option at or near \"x\"");
    assert_refused(*state, &scalar, "begin if a then null; end; end", "42601",
                   "syntax error at or near \";\"");
    assert_refused(*state, &scalar, "begin if a null; end if; end", "42601",
                   "missing \"THEN\" at end of SQL expression");
    assert_refused(*state, &scalar, "begin a := (1; end", "42601",
                   "mismatched parentheses at or near \";\"");
    assert_refused(*state, &scalar, "begin a := 1); end", "42601",
                   "mismatched parentheses at or near \")\"");
    assert_refused(*state, &scalar, "begin a := 'x; end", "42601",
                   "unterminated quoted string at or near \"'x; end\"");
    assert_refused(
        *state, &scalar, "begin for z in select 1 loop end loop; end", "42601",
        "loop variable of loop over rows must be a record variable or list of scalar variables");
    assert_refused(*state, &scalar, "begin for z in reverse select 1 loop end loop; end", "42601",
                   "cannot specify REVERSE in query FOR loop");
    assert_refused(*state, &scalar, "declare c refcursor; begin for r in c loop end loop; end",
                   "42601", "cursor FOR loop must use a bound cursor variable");
    assert_refused(*state, &scalar, "declare c cursor (n int) for select n; begin open c; end",
                   "42601", "cursor \"c\" has arguments");
    assert_refused(*state, &scalar, "declare c cursor for select 1; begin open c(1); end", "42601",
                   "cursor \"c\" has no arguments");
    assert_refused(*state, &scalar,
                   "declare c cursor (n int) for select n; begin open c(m := 1); end", "42601",
                   "cursor \"c\" has no argument named \"m\"");
    assert_refused(*state, &scalar,
                   "declare c cursor (n int, m int) for select n; begin open c(1); end", "42601",
                   "not enough arguments for cursor \"c\"");
    assert_refused(*state, &scalar, "declare c refcursor; begin fetch all from c into a; end",
                   "0A000", "FETCH statement cannot return multiple rows");
    assert_refused(*state, &scalar, "begin close a; end", "42804",
                   "variable \"a\" must be of type cursor or refcursor");
    assert_refused(*state, &scalar, "begin get diagnostics b = message_text; end", "42601",
                   "diagnostics item MESSAGE_TEXT is not allowed in GET CURRENT DIAGNOSTICS");
}

TEST(sql_inside_has_to_parse)
{
    struct pl_function *made;
    str body = STR("begin\n  a := 1 +;\nend");
    assert_null(plpgsql_parse(*state, &scalar, body, &made));
    err error = plpgsql_check_syntax(*state, made);
    assert_str(error->code, STR("42601"));
    body = STR("begin\n  a := 1 + from;\nend");
    assert_null(plpgsql_parse(*state, &scalar, body, &made));
    error = plpgsql_check_syntax(*state, made);
    assert_str(error->message, STR("syntax error at or near \"from\""));
    assert_int_equal(error->at, 17);
    body = STR("begin\n  selct 1;\nend");
    assert_null(plpgsql_parse(*state, &scalar, body, &made));
    error = plpgsql_check_syntax(*state, made);
    assert_int_equal(error->at, 8);
    assert_null(plpgsql_parse(*state, &scalar, STR("begin a := 1 union select 2; end"), &made));
    assert_str(plpgsql_check_syntax(*state, made)->code, STR("42601"));
}

TEST(conditions_have_sqlstates)
{
    (void)state;
    assert_str(plpgsql_condition(STR("division_by_zero")), STR("22012"));
    assert_str(plpgsql_condition(STR("string_data_right_truncation")), STR("22001"));
    assert_str(plpgsql_condition(STR("nothing")), STR(""));
}

TEST(depth_is_bounded)
{
    struct buf *body = buf_in(*state, 0);
    for (int i = 0; i < 100000; i++) buf_lit(body, "begin ");
    struct pl_function *made;
    err error = plpgsql_parse(*state, &scalar, buf_str(body), &made);
    assert_str(error->code, STR("54001"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ENTRY(declarations_have_types_and_values),
        ENTRY(assignments_name_variables_fields_and_elements),
        ENTRY(branches_nest),
        ENTRY(loops_have_their_forms),
        ENTRY(results_follow_the_function),
        ENTRY(raise_has_its_forms),
        ENTRY(handlers_name_conditions),
        ENTRY(sql_gives_up_its_into),
        ENTRY(cursors_open_fetch_move_and_close),
        ENTRY(every_piece_knows_the_names_at_its_place),
        ENTRY(triggers_have_rows_and_more),
        ENTRY(case_keeps_its_value_in_a_variable),
        ENTRY(options_come_first),
        ENTRY(words_tell_effects),
        ENTRY(what_the_grammar_refuses),
        ENTRY(sql_inside_has_to_parse),
        ENTRY(conditions_have_sqlstates),
        ENTRY(depth_is_bounded),
    };
    return cmocka_run_group_tests_name("plpgsql", tests, NULL, NULL);
}
