#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "sql/builtin.h"
#include "sql/catalog_codec.h"

static void bootstrap_has_types_roles_and_schemas(void **state)
{
    (void)state;
    struct catalog *catalog = catalog_bootstrap();
    assert_int_equal(catalog_type_find(catalog, SCHEMA_PG_CATALOG, STR("timestamptz"))->oid, 1184);
    assert_int_equal(catalog_type(catalog, 1231)->element, NUMERICOID);
    assert_int_equal(catalog_schema_find(catalog, STR("public"))->oid, SCHEMA_PUBLIC);
    const struct cat_role *service = catalog_role_find(catalog, STR("service_role"));
    assert_true(service->bypass_rls);
    assert_false(service->login);
    assert_null(catalog_role_find(catalog, STR("nobody")));
    assert_null(catalog_relation(catalog, 1));
    catalog_unref(catalog);
}

static void a_snapshot_does_not_see_what_comes_later(void **state)
{
    (void)state;
    struct catalog *before = catalog_bootstrap();
    struct catalog *after = catalog_next(before);
    struct cat_schema *schema = ARENA_NEW(catalog_pool(after), struct cat_schema);
    *schema = (struct cat_schema){.oid = catalog_oid_new(after), .name = STR("shop")};
    catalog_put(after, CAT_SCHEMA, schema);
    catalog_drop(after, CAT_SCHEMA, SCHEMA_DAPUR);
    assert_null(catalog_schema_find(before, STR("shop")));
    assert_non_null(catalog_schema_find(before, STR("dapur")));
    assert_non_null(catalog_schema_find(after, STR("shop")));
    assert_null(catalog_schema_find(after, STR("dapur")));
    assert_ptr_equal(catalog_role(before, ROLE_ANON), catalog_role(after, ROLE_ANON));
    catalog_unref(before);
    assert_true(str_eq(catalog_schema_find(after, STR("shop"))->name, STR("shop")));
    catalog_unref(after);
}

static void objects_are_walked_by_oid_and_found_after_many_changes(void **state)
{
    (void)state;
    struct catalog *catalog = catalog_new();
    for (int i = 0; i < 500; i++) {
        struct cat_schema *schema = ARENA_NEW(catalog_pool(catalog), struct cat_schema);
        schema->oid = catalog_oid_new(catalog);
        schema->name = str_printf(catalog_pool(catalog), "s%03d", (i * 7919) % 500);
        catalog_put(catalog, CAT_SCHEMA, schema);
    }
    for (oid id = CATALOG_FIRST_USER_OID; id < CATALOG_FIRST_USER_OID + 500; id += 2)
        catalog_drop(catalog, CAT_SCHEMA, id);
    assert_int_equal(catalog_count(catalog, CAT_SCHEMA), 250);
    size_t at = 0;
    oid last = 0;
    const struct cat_schema *schema;
    while ((schema = catalog_schema_next(catalog, &at))) {
        assert_true(schema->oid > last);
        last = schema->oid;
        assert_ptr_equal(catalog_schema_find(catalog, schema->name), schema);
    }
    catalog_unref(catalog);
}

static void memberships_reach_through_inherit(void **state)
{
    (void)state;
    struct catalog *catalog = catalog_bootstrap();
    assert_true(catalog_role_inherits(catalog, ROLE_POSTGRES, ROLE_ANON));
    assert_false(catalog_role_inherits(catalog, ROLE_AUTHENTICATOR, ROLE_ANON));
    assert_true(catalog_role_is_member(catalog, ROLE_AUTHENTICATOR, ROLE_ANON));
    assert_false(catalog_role_is_member(catalog, ROLE_ANON, ROLE_POSTGRES));
    assert_true(catalog_role_inherits(catalog, ROLE_SUPABASE_ADMIN, ROLE_ANON));
    catalog_unref(catalog);
}

static void privileges_come_from_owner_public_and_grants(void **state)
{
    (void)state;
    struct catalog *catalog = catalog_bootstrap();
    struct cat_acl built_in = {.is_default = true};
    assert_true(catalog_role_has(catalog, ROLE_POSTGRES, ROLE_POSTGRES, &built_in, 'r',
                                 PRIV_SELECT | PRIV_TRUNCATE));
    assert_false(catalog_role_has(catalog, ROLE_ANON, ROLE_POSTGRES, &built_in, 'r', PRIV_SELECT));
    assert_true(catalog_role_has(catalog, ROLE_ANON, ROLE_POSTGRES, &built_in, 'f', PRIV_EXECUTE));
    struct cat_grant grants[] = {
        {ROLE_ANON,   ROLE_POSTGRES, PRIV_SELECT, 0},
        {ROLE_PUBLIC, ROLE_POSTGRES, PRIV_INSERT, 0},
    };
    struct cat_acl acl = {.at = grants, .count = 2};
    uint32_t both = PRIV_SELECT | PRIV_INSERT;
    assert_true(catalog_role_has(catalog, ROLE_ANON, ROLE_POSTGRES, &acl, 'r', both));
    assert_false(catalog_role_has(catalog, ROLE_AUTHENTICATED, ROLE_POSTGRES, &acl, 'r', both));
    assert_false(catalog_role_has(catalog, ROLE_SERVICE, ROLE_POSTGRES, &acl, 'r', PRIV_DELETE));
    assert_true(catalog_role_has(catalog, ROLE_POSTGRES, ROLE_SERVICE, &acl, 'r', PRIV_SELECT));
    catalog_unref(catalog);
}

static void row_security_spares_owner_and_bypass(void **state)
{
    (void)state;
    struct catalog *catalog = catalog_bootstrap();
    struct cat_relation relation = {.owner = ROLE_DASHBOARD_USER, .row_security = true};
    assert_true(catalog_row_security_applies(catalog, &relation, ROLE_ANON));
    assert_false(catalog_row_security_applies(catalog, &relation, ROLE_DASHBOARD_USER));
    assert_false(catalog_row_security_applies(catalog, &relation, ROLE_SERVICE));
    assert_true(catalog_row_security_applies(catalog, &relation, 99999));
    relation.force_row_security = true;
    assert_true(catalog_row_security_applies(catalog, &relation, ROLE_DASHBOARD_USER));
    catalog_unref(catalog);
}

static void types_have_their_sql_names(void **state)
{
    (void)state;
    struct catalog *catalog = catalog_bootstrap();
    struct arena *arena = arena_new(0);
    static const struct {
        oid type;
        int32_t typmod;
        const char *name;
    } rows[] = {
        {VARCHAROID,     24,                 "character varying(20)"      },
        {INT4ARRAYOID,   -1,                 "integer[]"                  },
        {NUMERICOID,     (14 << 16 | 2) + 4, "numeric(14,2)"              },
        {TIMESTAMPTZOID, 3,                  "timestamp(3) with time zone"},
        {BPCHAROID,      -1,                 "bpchar"                     },
        {CITEXTOID,      -1,                 "extensions.citext"          },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        str name = catalog_type_name(arena, catalog, rows[i].type, rows[i].typmod);
        if (!str_eq(name, str_of(rows[i].name)))
            fail_msg("got %.*s, wants %s", STR_FMT(name), rows[i].name);
    }
    arena_free(arena);
    catalog_unref(catalog);
}

/* Written, read and written again, every object of the bootstrap is the same text. */
static void objects_survive_their_json(void **state)
{
    (void)state;
    struct catalog *catalog = catalog_bootstrap();
    struct arena *arena = arena_new(0);
    for (int class = 0; class < CAT_CLASS_COUNT; class ++) {
        size_t at = 0;
        const void *object, *copy;
        while ((object = catalog_object_next(catalog, (enum cat_class) class, &at))) {
            struct buf *once = buf_in(arena, 0), *twice = buf_in(arena, 0);
            catalog_encode(once, (enum cat_class) class, object);
            assert_null(catalog_decode(arena, arena, (enum cat_class) class, buf_str(once), &copy));
            catalog_encode(twice, (enum cat_class) class, copy);
            assert_true(str_eq(buf_str(once), buf_str(twice)));
        }
    }
    arena_free(arena);
    catalog_unref(catalog);
}

static void damaged_json_is_refused(void **state)
{
    (void)state;
    struct arena *arena = arena_new(0);
    const void *object;
    static const char *const texts[] = {
        "",
        "[]",
        "{\"oid\":\"x\"}",
        "{\"columns\":{}}",
        "{\"columns\":[1]}",
        "{\"kind\":\"rr\"}",
        "{\"query\":\"SELEC\"}",
        "{\"row_security\":1}",
    };
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        err error = catalog_decode(arena, arena, CAT_RELATION, str_of(texts[i]), &object);
        if (!error) fail_msg("%s was read", texts[i]);
    }
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bootstrap_has_types_roles_and_schemas),
        cmocka_unit_test(a_snapshot_does_not_see_what_comes_later),
        cmocka_unit_test(objects_are_walked_by_oid_and_found_after_many_changes),
        cmocka_unit_test(memberships_reach_through_inherit),
        cmocka_unit_test(privileges_come_from_owner_public_and_grants),
        cmocka_unit_test(row_security_spares_owner_and_bypass),
        cmocka_unit_test(types_have_their_sql_names),
        cmocka_unit_test(objects_survive_their_json),
        cmocka_unit_test(damaged_json_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
