/* Triggers in the catalog: what is kept, followed by renames, printed back. */
#include "sql/ddl_fixture.h"

#include "sql/catalog_codec.h"
#include "sql/deparse.h"

static const char base[] =
    "create table t (id int primary key, a int, b text); create table other (id int);"
    "create function f() returns trigger language plpgsql as 'begin return new; end';";

static str definition(struct fixture *f, const char *table, const char *name)
{
    const struct cat_relation *relation = fixture_relation(f, table);
    const struct cat_trigger *trigger = cat_trigger_find(relation, str_of(name));
    str text;
    assert_non_null(trigger);
    struct node *statement = trigger_statement(f->arena, f->catalog, relation, trigger);
    assert_null(deparse_statement_str(f->arena, statement, &text));
    return text;
}

static void triggers_are_kept_by_name(void **state)
{
    struct fixture *f = *state;
    fixture_ok(f, base);
    fixture_ok(f, "create trigger z before insert on t for each row execute function f();"
                  "create trigger a after delete on t execute function f('x', 1)");
    const struct cat_relation *t = fixture_relation(f, "t");
    assert_int_equal(t->trigger_count, 2);
    assert_str(t->triggers[0].name, "a");
    assert_int_equal(t->triggers[0].type, TRIGGER_DELETE);
    assert_int_equal(t->triggers[0].argument_count, 2);
    assert_str(t->triggers[0].arguments[1], "1");
    assert_int_equal(t->triggers[1].type, TRIGGER_ROW | TRIGGER_BEFORE | TRIGGER_INSERT);
    assert_int_equal(t->triggers[1].enabled, 'O');
    fixture_ok(f, "alter trigger z on t rename to \"0\"; alter table t disable trigger a");
    t = fixture_relation(f, "t");
    assert_str(t->triggers[0].name, "0");
    assert_int_equal(t->triggers[1].enabled, 'D');
    fixture_ok(f, "drop trigger a on t; drop trigger if exists a on t");
    assert_true(fixture_noticed(f, "trigger \"a\" for relation \"t\" does not exist, skipping"));
}

static void conditions_follow_renames(void **state)
{
    struct fixture *f = *state;
    fixture_ok(f, base);
    fixture_ok(f, "create trigger g after update of a on t for each row "
                  "when (old.a <> new.a and old.* is distinct from new.*) execute function f();"
                  "alter table t rename column a to amount; alter table t rename to items;"
                  "alter function f() rename to g");
    assert_str(definition(f, "items", "g"),
               "CREATE TRIGGER g AFTER UPDATE OF amount ON public.items FOR EACH ROW WHEN "
               "(old.amount <> new.amount AND old.* IS DISTINCT FROM new.*) EXECUTE FUNCTION "
               "public.g()");
}

static void definitions_print_every_part(void **state)
{
    struct fixture *f = *state;
    fixture_ok(f, base);
    fixture_ok(f, "create trigger s after update on t referencing old table as o new table as n "
                  "for each statement execute function f('it''s');"
                  "create constraint trigger c after insert or delete on t from other "
                  "deferrable initially deferred for each row execute function f()");
    assert_str(definition(f, "t", "s"),
               "CREATE TRIGGER s AFTER UPDATE ON public.t REFERENCING OLD TABLE AS o NEW TABLE AS "
               "n FOR EACH STATEMENT EXECUTE FUNCTION public.f('it''s')");
    assert_str(definition(f, "t", "c"),
               "CREATE CONSTRAINT TRIGGER c AFTER INSERT OR DELETE ON public.t FROM public.other "
               "DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.f()");
    fixture_ok(f, "drop table other cascade");
    assert_null(cat_trigger_find(fixture_relation(f, "t"), STR("c")));
}

static void stored_triggers_come_back(void **state)
{
    struct fixture *f = *state;
    fixture_ok(f, base);
    fixture_ok(f, "create trigger g before update of a, b on t for each row when (new.a > 1) "
                  "execute function f('x'); comment on trigger g on t is 'why'");
    struct buf *once = buf_in(f->arena, 0), *twice = buf_in(f->arena, 0);
    const struct cat_relation *t = fixture_relation(f, "t");
    const void *copy;
    catalog_encode(once, CAT_RELATION, t);
    assert_null(catalog_decode(f->arena, f->arena, CAT_RELATION, buf_str(once), &copy));
    catalog_encode(twice, CAT_RELATION, copy);
    assert_true(str_eq(buf_str(twice), buf_str(once)));
    const struct cat_trigger *g = cat_trigger_find(copy, STR("g"));
    assert_int_equal(g->column_count, 2);
    assert_str(g->comment, "why");
    assert_non_null(g->when.tree);
}

static void what_a_trigger_uses_is_kept(void **state)
{
    struct fixture *f = *state;
    fixture_ok(f, base);
    fixture_ok(f, "create trigger g before update of a on t for each row when (new.b = 'x') "
                  "execute function f()");
    fixture_fails(f, "alter table t drop column a", "2BP01",
                  "cannot drop column a of table t because other objects depend on it");
    fixture_fails(f, "alter table t drop column b", "2BP01",
                  "cannot drop column b of table t because other objects depend on it");
    fixture_fails(f, "drop function f()", "2BP01",
                  "cannot drop function f() because other objects depend on it");
    fixture_ok(f, "drop function f() cascade");
    assert_int_equal(fixture_relation(f, "t")->trigger_count, 0);
    fixture_ok(f, "alter table t drop column a");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(triggers_are_kept_by_name, fixture_start, fixture_stop),
        cmocka_unit_test_setup_teardown(conditions_follow_renames, fixture_start, fixture_stop),
        cmocka_unit_test_setup_teardown(definitions_print_every_part, fixture_start, fixture_stop),
        cmocka_unit_test_setup_teardown(stored_triggers_come_back, fixture_start, fixture_stop),
        cmocka_unit_test_setup_teardown(what_a_trigger_uses_is_kept, fixture_start, fixture_stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
