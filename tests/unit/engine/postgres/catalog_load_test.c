#include "engine/postgres/server.h"

#include "engine/postgres/catalog_load.h"
#include "types/type_text.h"

/* A database of a test's own, and the last snapshot of it. */
struct world {
    struct server *server;
    struct arena *arena;
    const char *database;
    PGconn *conn;
    const struct catalog *catalog;
};

static struct world world_open(void **state)
{
    struct world world = {.server = *state, .arena = arena_new(0)};
    if (!world.server) {
        arena_free(world.arena);
        skip();
    }
    world.database = server_database(world.arena, world.server);
    world.conn = server_connect(world.arena, world.server, "postgres", world.database);
    return world;
}

static void world_close(struct world *world)
{
    PQfinish(world->conn);
    catalog_unref(world->catalog);
    arena_free(world->arena);
}

static const struct catalog *load(struct world *world)
{
    const struct catalog *catalog = NULL;
    err error = engine_pg_catalog_load(world->arena, world->conn, 7, &catalog);
    if (error) fail_msg("%.*s %.*s", STR_FMT(error->message), STR_FMT(error->details));
    catalog_unref(world->catalog);
    world->catalog = catalog;
    return catalog;
}

static const struct catalog *made(struct world *world, const char *sql)
{
    server_sql(world->conn, sql);
    return load(world);
}

static const struct cat_relation *relation(const struct catalog *catalog, const char *name)
{
    const struct cat_schema *schema = catalog_schema_find(catalog, STR("public"));
    assert_non_null(schema);
    const struct cat_relation *found = catalog_relation_find(catalog, schema->oid, str_of(name));
    if (!found) fail_msg("no relation %s", name);
    return found;
}

static const struct cat_column *column(const struct catalog *catalog,
                                       const char *table,
                                       const char *name)
{
    const struct cat_column *found = cat_column_find(relation(catalog, table), str_of(name));
    if (!found) fail_msg("no column %s.%s", table, name);
    return found;
}

static const struct cat_type *type_named(const struct catalog *catalog, const char *name)
{
    const struct cat_schema *schema = catalog_schema_find(catalog, STR("public"));
    const struct cat_type *found = catalog_type_find(catalog, schema->oid, str_of(name));
    if (!found) fail_msg("no type %s", name);
    return found;
}

static const struct cat_function *function(const struct catalog *catalog, const char *name)
{
    size_t at = 0;
    const struct cat_schema *schema = catalog_schema_find(catalog, STR("public"));
    const struct cat_function *found =
        catalog_function_named(catalog, schema->oid, str_of(name), &at);
    if (!found) fail_msg("no function %s", name);
    return found;
}

static const struct cat_role *role(const struct catalog *catalog, const char *name)
{
    const struct cat_role *found = catalog_role_find(catalog, str_of(name));
    if (!found) fail_msg("no role %s", name);
    return found;
}

#define assert_str(actual, expected)                                                    \
    do {                                                                                \
        str actual_ = (actual), expected_ = str_of(expected);                           \
        if (!str_eq(actual_, expected_))                                                \
            fail_msg("\"%.*s\" is not \"%.*s\"", STR_FMT(actual_), STR_FMT(expected_)); \
    } while (0)

/* A role is the cluster's: tests share it. */
static void make_roles(struct world *world, const char *names)
{
    str rest = str_of(names), name;
    while (!str_empty(rest)) {
        str_cut(rest, ' ', &name, &rest);
        server_sql(
            world->conn,
            str_cstr(world->arena, str_printf(world->arena,
                                              "DO $$ BEGIN CREATE ROLE %.*s; "
                                              "EXCEPTION WHEN duplicate_object THEN NULL; END $$",
                                              STR_FMT(name))));
    }
}

/* ---- kinds of objects ---- */

static void every_kind_of_relation_is_there(void **state)
{
    struct world world = world_open(state);
    const struct catalog *catalog = made(
        &world,
        "CREATE TABLE plain (id int PRIMARY KEY);"
        "CREATE TABLE parts (id int, at date, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);"
        "CREATE TABLE part1 PARTITION OF parts FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');"
        "CREATE VIEW seen WITH (security_invoker = true, security_barrier = on)"
        " AS SELECT id FROM plain WITH LOCAL CHECK OPTION;"
        "CREATE MATERIALIZED VIEW kept AS SELECT id FROM plain;"
        "CREATE TYPE pair AS (a int, b text);"
        "CREATE SEQUENCE counting START 5 INCREMENT BY -3 MINVALUE -100 MAXVALUE 50 CACHE 9 CYCLE;"
        "CREATE FOREIGN DATA WRAPPER w; CREATE SERVER s FOREIGN DATA WRAPPER w;"
        "CREATE FOREIGN TABLE far (id int) SERVER s;"
        "CREATE TEMP TABLE gone (id int);"
        "COMMENT ON TABLE plain IS 'it''s plain'; COMMENT ON COLUMN plain.id IS 'number';"
        "ALTER TABLE plain ENABLE ROW LEVEL SECURITY; ALTER TABLE part1 FORCE ROW LEVEL SECURITY;"
        "ALTER TABLE plain REPLICA IDENTITY FULL");
    assert_true(catalog_is_remote(catalog));
    assert_int_equal(catalog_version(catalog), 7);
    assert_int_equal(relation(catalog, "plain")->kind, 'r');
    assert_int_equal(relation(catalog, "parts")->kind, 'r');
    assert_int_equal(relation(catalog, "part1")->kind, 'r');
    assert_int_equal(relation(catalog, "far")->kind, 'r');
    assert_int_equal(relation(catalog, "seen")->kind, 'v');
    assert_int_equal(relation(catalog, "kept")->kind, 'm');
    assert_int_equal(relation(catalog, "pair")->kind, 'c');
    assert_int_equal(relation(catalog, "counting")->kind, 'S');
    assert_str(relation(catalog, "plain")->comment, "it's plain");
    assert_str(column(catalog, "plain", "id")->comment, "number");
    assert_true(relation(catalog, "plain")->row_security);
    assert_false(relation(catalog, "plain")->force_row_security);
    assert_false(relation(catalog, "parts")->row_security);
    assert_true(relation(catalog, "part1")->force_row_security);
    assert_int_equal(relation(catalog, "plain")->replica_identity, 'f');
    assert_true(relation(catalog, "seen")->security_invoker);
    assert_true(relation(catalog, "seen")->security_barrier);
    assert_int_equal(relation(catalog, "seen")->check_option, 'l');
    const struct cat_sequence *sequence = relation(catalog, "counting")->sequence;
    assert_int_equal(sequence->start, 5);
    assert_int_equal(sequence->increment, -3);
    assert_int_equal(sequence->least, -100);
    assert_int_equal(sequence->most, 50);
    assert_int_equal(sequence->cache, 9);
    assert_true(sequence->cycle);
    size_t at = 0;
    for (const struct cat_relation *r; (r = catalog_relation_next(catalog, &at));)
        assert_false(str_eq(r->name, STR("gone")));
    world_close(&world);
}

static void columns_say_what_they_are(void **state)
{
    struct world world = world_open(state);
    const struct catalog *catalog = made(
        &world, "CREATE TABLE t (id bigint GENERATED ALWAYS AS IDENTITY, gone int,"
                " other int GENERATED BY DEFAULT AS IDENTITY, old serial, name varchar(20) NOT NULL"
                " DEFAULT 'it''s', twice bigint GENERATED ALWAYS AS (old * 2) STORED);"
                "ALTER TABLE t DROP COLUMN gone");
    const struct cat_relation *t = relation(catalog, "t");
    assert_int_equal(t->column_count, 5);
    assert_int_equal(t->column_last, 6);
    assert_int_equal(t->columns[1].number, 3);
    assert_int_equal(column(catalog, "t", "id")->identity, 'a');
    assert_true(column(catalog, "t", "id")->not_null);
    assert_int_equal(column(catalog, "t", "other")->identity, 'd');
    assert_int_equal(column(catalog, "t", "old")->identity, 0);
    assert_str(column(catalog, "t", "old")->default_expr.text,
               "nextval('public.t_old_seq'::regclass)");
    const struct cat_relation *sequence =
        catalog_relation(catalog, column(catalog, "t", "old")->sequence);
    assert_str(sequence->name, "t_old_seq");
    assert_int_equal(sequence->sequence->owner_relation, t->oid);
    assert_non_null(catalog_relation(catalog, column(catalog, "t", "id")->sequence));
    const struct cat_column *name = column(catalog, "t", "name");
    assert_true(name->not_null);
    assert_int_equal(name->typmod, 24);
    assert_str(name->default_expr.text, "'it''s'::character varying");
    assert_null(name->default_expr.tree);
    assert_false(name->generated);
    assert_true(column(catalog, "t", "twice")->generated);
    assert_str(catalog_type_name(world.arena, catalog, name->type, name->typmod),
               "character varying(20)");
    world_close(&world);
}

static void keys_have_both_sides(void **state)
{
    struct world world = world_open(state);
    const struct catalog *catalog =
        made(&world,
             "CREATE TABLE a (x int, y int, z int, CONSTRAINT a_pk PRIMARY KEY (y, x),"
             " CONSTRAINT a_u UNIQUE NULLS NOT DISTINCT (z), CHECK (x > 0));"
             "CREATE TABLE b (p int, q int, CONSTRAINT b_fk FOREIGN KEY (q, p) REFERENCES a (y, x)"
             " MATCH FULL ON UPDATE CASCADE ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED);"
             "CREATE UNIQUE INDEX b_lower ON b ((p + 1) DESC, q) INCLUDE (p) WHERE q > 3;"
             "COMMENT ON CONSTRAINT b_fk ON b IS 'points'");
    const struct cat_relation *a = relation(catalog, "a"), *b = relation(catalog, "b");
    const struct cat_constraint *primary = cat_primary_key(a);
    assert_str(primary->name, "a_pk");
    assert_int_equal(primary->column_count, 2);
    assert_int_equal(primary->columns[0], 2);
    assert_int_equal(primary->columns[1], 1);
    assert_int_equal(a->constraint_count, 2);
    assert_true(cat_constraint_find(a, STR("a_u"))->nulls_not_distinct);
    const struct cat_constraint *key = cat_constraint_find(b, STR("b_fk"));
    assert_int_equal(key->kind, 'f');
    assert_int_equal(key->foreign_relation, a->oid);
    assert_int_equal(key->columns[0], 2);
    assert_int_equal(key->foreign_columns[0], 2);
    assert_int_equal(key->foreign_columns[1], 1);
    assert_int_equal(key->on_update, 'c');
    assert_int_equal(key->on_delete, 'n');
    assert_int_equal(key->match, 'f');
    assert_true(key->deferrable);
    assert_true(key->deferred);
    assert_str(key->comment, "points");
    const struct cat_relation *holder;
    const struct cat_index *index = catalog_index_find(catalog, b->schema, STR("b_lower"), &holder);
    assert_ptr_equal(holder, b);
    assert_true(index->unique);
    assert_false(index->constraint);
    assert_int_equal(index->element_count, 2);
    assert_int_equal(index->elements[0].column, 0);
    assert_str(index->elements[0].expr.text, "((p + 1))");
    assert_true(index->elements[0].descending);
    assert_int_equal(index->elements[1].column, 2);
    assert_int_equal(index->include_count, 1);
    assert_str(index->where.text, "(q > 3)");
    assert_str(index->method, "btree");
    index = catalog_index_find(catalog, a->schema, STR("a_pk"), NULL);
    assert_true(index->primary);
    assert_true(index->constraint);
    world_close(&world);
}

static size_t keys_to(const struct catalog *catalog, oid target)
{
    size_t count = 0, at = 0;
    for (const struct cat_relation *r; (r = catalog_relation_next(catalog, &at));)
        for (size_t i = 0; i < r->constraint_count; i++)
            count += r->constraints[i].kind == 'f' && r->constraints[i].foreign_relation == target;
    return count;
}

static void partitions_inherit_no_relationship(void **state)
{
    struct world world = world_open(state);
    const struct catalog *catalog =
        made(&world, "CREATE TABLE target (id int PRIMARY KEY);"
                     "CREATE TABLE p (id int, t int REFERENCES target, PRIMARY KEY (id))"
                     " PARTITION BY RANGE (id);"
                     "CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (10);"
                     "CREATE TABLE p2 PARTITION OF p FOR VALUES FROM (10) TO (20);"
                     "CREATE TABLE user_of_p (p int REFERENCES p)");
    assert_int_equal(keys_to(catalog, relation(catalog, "target")->oid), 1);
    assert_int_equal(keys_to(catalog, relation(catalog, "p")->oid), 1);
    assert_int_equal(keys_to(catalog, relation(catalog, "p1")->oid), 0);
    assert_non_null(cat_primary_key(relation(catalog, "p1")));
    world_close(&world);
}

/* ---- types ---- */

static str json_of(struct world *world, oid type, const char *text)
{
    struct value value;
    struct buf *out = buf_in(world->arena, 0);
    struct type_session session = {0};
    const struct type_ref *ref = catalog_type_ref(world->arena, world->catalog, type, TYPMOD_NONE);
    err error = type_input(world->arena, &session, ref, TYPE_ASSIGNMENT, str_of(text), &value);
    if (error) fail_msg("%.*s", STR_FMT(error->message));
    type_json(&session, ref, &value, out);
    return buf_str(out);
}

static void types_of_every_kind_take_and_print(void **state)
{
    struct world world = world_open(state);
    const struct catalog *catalog =
        made(&world,
             "CREATE TYPE mood AS ENUM ('sad', 'it''s \"ok\"', 'a,b');"
             "ALTER TYPE mood ADD VALUE 'first' BEFORE 'sad';"
             "CREATE DOMAIN short AS varchar(3) NOT NULL DEFAULT 'x' CONSTRAINT fine CHECK (VALUE "
             "<> 'no');"
             "CREATE DOMAIN shorter AS short; CREATE DOMAIN moods AS mood[];"
             "CREATE TYPE pair AS (a int, b text);"
             "CREATE TYPE span AS RANGE (subtype = float8);"
             "COMMENT ON TYPE mood IS 'how it is';"
             "CREATE EXTENSION citext; CREATE EXTENSION hstore;"
             "CREATE TABLE t (m mood, ms mood[], s shorter, d moods, p pair, r int4range, sp span,"
             " sps span[], c citext, h hstore, i inet, n point, x xml, tv tsvector, b box[], bit3 "
             "bit(3))");
    const struct cat_type *mood = type_named(catalog, "mood");
    assert_int_equal(mood->kind, TYPE_KIND_ENUM);
    assert_int_equal(mood->label_count, 4);
    assert_str(mood->labels[0], "first");
    assert_str(mood->labels[2], "it's \"ok\"");
    assert_str(mood->labels[3], "a,b");
    assert_str(mood->comment, "how it is");
    assert_int_equal(catalog_type(catalog, mood->array)->element, mood->oid);
    const struct cat_type *shorter = type_named(catalog, "shorter");
    const struct cat_type *brief = type_named(catalog, "short");
    assert_int_equal(shorter->kind, TYPE_KIND_DOMAIN);
    assert_int_equal(shorter->base, brief->oid);
    assert_int_equal(shorter->storage, TYPE_VARCHAR);
    assert_true(brief->not_null);
    assert_int_equal(brief->base_typmod, 7);
    assert_int_equal(brief->check_count, 1);
    assert_str(brief->checks[0].name, "fine");
    assert_int_equal(type_named(catalog, "moods")->storage, TYPE_ARRAY);
    const struct cat_type *pair = type_named(catalog, "pair");
    assert_int_equal(pair->kind, TYPE_KIND_COMPOSITE);
    assert_int_equal(pair->relation, relation(catalog, "pair")->oid);
    assert_int_equal(type_named(catalog, "t")->relation, relation(catalog, "t")->oid);
    static const char *const cases[][3] = {
        {"m",    "it's \"ok\"",   "\"it's \\\"ok\\\"\""     },
        {"ms",   "{sad,\"a,b\"}", "[\"sad\",\"a,b\"]"       },
        {"s",    "abc",           "\"abc\""                 },
        {"d",    "{sad}",         "[\"sad\"]"               },
        {"p",    "(1,\"x y\")",   "{\"a\":1,\"b\":\"x y\"}" },
        {"r",    "[1,3)",         "\"[1,3)\""               },
        {"sp",   "[1,3.5)",       "\"[1,3.5)\""             },
        {"sps",  "{\"[1,2]\"}",   "[\"[1,2]\"]"             },
        {"c",    "MiXed",         "\"MiXed\""               },
        {"h",    "\"a\"=>\"1\"",  "\"\\\"a\\\"=>\\\"1\\\"\""},
        {"i",    "10.0.0.1/8",    "\"10.0.0.1/8\""          },
        {"n",    "(1,2)",         "\"(1,2)\""               },
        {"x",    "<a/>",          "\"<a/>\""                },
        {"tv",   "'a':1",         "\"'a':1\""               },
        {"b",    "{(1,1),(0,0)}", "\"{(1,1),(0,0)}\""       },
        {"bit3", "101",           "\"101\""                 },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        assert_str(json_of(&world, column(catalog, "t", cases[i][0])->type, cases[i][1]),
                   cases[i][2]);
    assert_int_equal(catalog_type(catalog, column(catalog, "t", "c")->type)->storage, TYPE_CITEXT);
    world_close(&world);
}

static void each_type_of_a_column_or_argument_is_known(void **state)
{
    struct world world = world_open(state);
    const struct catalog *catalog = made(
        &world, "CREATE VIEW odd AS SELECT c, c.relacl, c.oid, c.xmin, a.attname FROM pg_class c,"
                " pg_attribute a; CREATE EXTENSION hstore; CREATE EXTENSION pg_trgm;"
                "CREATE FUNCTION f(a anyelement, VARIADIC b anyarray) RETURNS record LANGUAGE sql"
                " AS 'SELECT 1, 2'");
    size_t at = 0;
    for (const struct cat_relation *r; (r = catalog_relation_next(catalog, &at));)
        for (size_t i = 0; i < r->column_count; i++)
            assert_non_null(catalog_type(catalog, r->columns[i].type));
    at = 0;
    for (const struct cat_function *f; (f = catalog_function_next(catalog, &at));) {
        assert_non_null(catalog_type(catalog, f->result));
        for (size_t i = 0; i < f->argument_count; i++)
            assert_non_null(catalog_type(catalog, f->arguments[i].type));
    }
    at = 0;
    for (const struct cat_type *t; (t = catalog_type_next(catalog, &at));) {
        assert_non_null(catalog_type_ref(world.arena, catalog, t->oid, TYPMOD_NONE));
        if (t->kind == TYPE_KIND_ARRAY) assert_non_null(catalog_type(catalog, t->element));
        if (t->kind == TYPE_KIND_COMPOSITE) assert_non_null(catalog_relation(catalog, t->relation));
    }
    assert_int_equal(catalog_type(catalog, 23)->storage, TYPE_INT4);
    assert_int_equal(catalog_type(catalog, 1007)->element, 23);
    assert_int_equal(catalog_type(catalog, 2278)->storage, TYPE_VOID);
    world_close(&world);
}

/* ---- functions, extensions, policies ---- */

static void functions_have_arguments_and_results(void **state)
{
    struct world world = world_open(state);
    const struct catalog *catalog =
        made(&world,
             "CREATE FUNCTION add(a int, \"B b\" numeric DEFAULT 1.5, c text DEFAULT 'x, \"y\"') "
             "RETURNS int"
             " LANGUAGE sql IMMUTABLE STRICT LEAKPROOF AS 'SELECT 1';"
             "CREATE FUNCTION rows_of(n int, OUT x int, INOUT y text) RETURNS SETOF record "
             "LANGUAGE plpgsql STABLE"
             " SECURITY DEFINER SET search_path = public, pg_temp ROWS 50 AS 'BEGIN RETURN; END';"
             "CREATE FUNCTION tab() RETURNS TABLE (p int, q text) LANGUAGE sql AS 'SELECT 1, "
             "NULL::text';"
             "CREATE FUNCTION many(VARIADIC v int[]) RETURNS void LANGUAGE sql AS '';"
             "CREATE FUNCTION unnamed(int, int) RETURNS int LANGUAGE sql AS 'SELECT 1';"
             "CREATE PROCEDURE act(a int) LANGUAGE sql AS '';"
             "CREATE AGGREGATE agg(int) (SFUNC = int4pl, STYPE = int);"
             "COMMENT ON FUNCTION tab() IS 'a table'");
    const struct cat_function *add = function(catalog, "add");
    assert_int_equal(add->argument_count, 3);
    assert_str(add->arguments[0].name, "a");
    assert_str(add->arguments[0].default_expr.text, "");
    assert_str(add->arguments[1].name, "B b");
    assert_str(add->arguments[1].default_expr.text, "1.5");
    assert_str(add->arguments[2].default_expr.text, "'x, \"y\"'::text");
    assert_int_equal(add->arguments[1].type, 1700);
    assert_int_equal(add->volatility, 'i');
    assert_true(add->strict);
    assert_true(add->leakproof);
    assert_false(add->returns_set);
    assert_str(add->language, "sql");
    assert_int_equal(add->statement_count, 0);
    const struct cat_function *rows = function(catalog, "rows_of");
    assert_int_equal(rows->argument_count, 3);
    assert_int_equal(rows->arguments[0].mode, 'i');
    assert_int_equal(rows->arguments[1].mode, 'o');
    assert_int_equal(rows->arguments[2].mode, 'b');
    assert_true(rows->returns_set);
    assert_true(rows->security_definer);
    assert_int_equal(rows->volatility, 's');
    assert_int_equal(rows->setting_count, 1);
    assert_str(rows->settings[0], "search_path=public, pg_temp");
    assert_true(rows->rows > 49 && rows->rows < 51);
    const struct cat_function *tab = function(catalog, "tab");
    assert_true(tab->returns_table);
    assert_int_equal(tab->arguments[1].mode, 't');
    assert_str(tab->comment, "a table");
    assert_int_equal(function(catalog, "many")->arguments[0].mode, 'v');
    assert_int_equal(function(catalog, "many")->result, 2278);
    assert_int_equal(function(catalog, "unnamed")->argument_count, 2);
    assert_str(function(catalog, "unnamed")->arguments[0].name, "");
    assert_int_equal(function(catalog, "act")->kind, 'p');
    size_t at = 0;
    assert_null(catalog_function_named(catalog, tab->schema, STR("agg"), &at));
    world_close(&world);
}

static void extensions_and_policies_are_there(void **state)
{
    struct world world = world_open(state);
    make_roles(&world, "reader");
    const struct catalog *catalog =
        made(&world,
             "CREATE SCHEMA extensions; CREATE EXTENSION hstore SCHEMA extensions;"
             "CREATE TABLE t (id int); ALTER TABLE t ENABLE ROW LEVEL SECURITY;"
             "CREATE POLICY everybody ON t USING (id > 0);"
             "CREATE POLICY adding ON t AS RESTRICTIVE FOR INSERT TO reader WITH CHECK (id < 9)");
    const struct cat_extension *hstore = catalog_extension_find(catalog, STR("hstore"));
    assert_int_equal(hstore->schema, catalog_schema_find(catalog, STR("extensions"))->oid);
    assert_false(str_empty(hstore->version));
    const struct cat_relation *t = relation(catalog, "t");
    assert_int_equal(t->policy_count, 2);
    const struct cat_policy *everybody = cat_policy_find(t, STR("everybody"));
    assert_int_equal(everybody->command, '*');
    assert_true(everybody->permissive);
    assert_int_equal(everybody->role_count, 1);
    assert_int_equal(everybody->roles[0], ROLE_PUBLIC);
    assert_str(everybody->using_expr.text, "(id > 0)");
    const struct cat_policy *adding = cat_policy_find(t, STR("adding"));
    assert_int_equal(adding->command, 'a');
    assert_false(adding->permissive);
    assert_int_equal(adding->roles[0], role(catalog, "reader")->oid);
    assert_str(adding->check_expr.text, "(id < 9)");
    world_close(&world);
}

/* ---- roles and privileges ---- */

static bool has(const struct catalog *catalog,
                const char *who,
                oid owner,
                const struct cat_acl *acl,
                char object,
                uint32_t wanted)
{
    return catalog_role_has(catalog, role(catalog, who)->oid, owner, acl, object, wanted);
}

static void grants_of_every_kind_are_read(void **state)
{
    struct world world = world_open(state);
    make_roles(&world, "reader \"We\"\"ird,{}=/\\Rôle\" \"123\"");
    const struct catalog *catalog =
        made(&world,
             "CREATE SCHEMA inner_one; GRANT USAGE ON SCHEMA inner_one TO reader;"
             "CREATE TABLE untouched (id int); CREATE TABLE t (id int, secret int);"
             "GRANT SELECT, INSERT ON t TO reader WITH GRANT OPTION; GRANT UPDATE ON t TO PUBLIC;"
             "GRANT DELETE ON t TO \"We\"\"ird,{}=/\\Rôle\"; GRANT TRUNCATE ON t TO \"123\";"
             "GRANT UPDATE (secret) ON t TO reader;"
             "CREATE TABLE shut (id int); REVOKE ALL ON shut FROM postgres;"
             "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1';"
             "CREATE FUNCTION g() RETURNS int LANGUAGE sql AS 'SELECT 1';"
             "REVOKE EXECUTE ON FUNCTION g() FROM PUBLIC; GRANT EXECUTE ON FUNCTION g() TO reader;"
             "CREATE TYPE mood AS ENUM ('a'); REVOKE USAGE ON TYPE mood FROM PUBLIC;"
             "CREATE SEQUENCE s; GRANT USAGE ON SEQUENCE s TO reader");
    const struct cat_schema *inner = catalog_schema_find(catalog, STR("inner_one"));
    assert_true(has(catalog, "reader", inner->owner, &inner->acl, 'n', PRIV_USAGE));
    assert_false(has(catalog, "123", inner->owner, &inner->acl, 'n', PRIV_USAGE));
    assert_true(relation(catalog, "untouched")->acl.is_default);
    const struct cat_relation *t = relation(catalog, "t");
    assert_false(t->acl.is_default);
    assert_true(has(catalog, "reader", t->owner, &t->acl, 'r', PRIV_SELECT | PRIV_INSERT));
    assert_false(has(catalog, "reader", t->owner, &t->acl, 'r', PRIV_DELETE));
    assert_true(has(catalog, "123", t->owner, &t->acl, 'r', PRIV_UPDATE | PRIV_TRUNCATE));
    assert_true(has(catalog, "We\"ird,{}=/\\Rôle", t->owner, &t->acl, 'r', PRIV_DELETE));
    assert_false(has(catalog, "We\"ird,{}=/\\Rôle", t->owner, &t->acl, 'r', PRIV_SELECT));
    for (size_t i = 0; i < t->acl.count; i++) {
        assert_int_equal(t->acl.at[i].grantor, role(catalog, "postgres")->oid);
        if (t->acl.at[i].grantee == role(catalog, "reader")->oid)
            assert_int_equal(t->acl.at[i].grantable, PRIV_SELECT | PRIV_INSERT);
    }
    assert_true(column(catalog, "t", "id")->acl.is_default);
    assert_int_equal(column(catalog, "t", "secret")->acl.count, 1);
    assert_int_equal(column(catalog, "t", "secret")->acl.at[0].privileges, PRIV_UPDATE);
    assert_false(relation(catalog, "shut")->acl.is_default);
    assert_int_equal(relation(catalog, "shut")->acl.count, 0);
    const struct cat_function *f = function(catalog, "f"), *g = function(catalog, "g");
    assert_true(has(catalog, "123", f->owner, &f->acl, 'f', PRIV_EXECUTE));
    assert_false(has(catalog, "123", g->owner, &g->acl, 'f', PRIV_EXECUTE));
    assert_true(has(catalog, "reader", g->owner, &g->acl, 'f', PRIV_EXECUTE));
    const struct cat_type *mood = type_named(catalog, "mood");
    assert_false(has(catalog, "reader", mood->owner, &mood->acl, 'T', PRIV_USAGE));
    const struct cat_relation *s = relation(catalog, "s");
    assert_true(has(catalog, "reader", s->owner, &s->acl, 'S', PRIV_USAGE));
    world_close(&world);
}

static void roles_know_their_groups(void **state)
{
    struct world world = world_open(state);
    make_roles(&world, "top middle bottom outside hidden boss");
    const struct catalog *catalog = made(
        &world, "GRANT top TO middle WITH ADMIN OPTION; GRANT middle TO bottom, hidden;"
                "ALTER ROLE hidden NOINHERIT LOGIN; ALTER ROLE boss SUPERUSER CREATEDB CREATEROLE"
                " REPLICATION BYPASSRLS; ALTER ROLE bottom SET statement_timeout = '3s';"
                "COMMENT ON ROLE top IS 'over all'");
    oid top = role(catalog, "top")->oid;
    assert_int_equal(role(catalog, "middle")->member_of_count, 1);
    assert_true(role(catalog, "middle")->member_of[0].admin);
    assert_false(role(catalog, "bottom")->member_of[0].admin);
    assert_true(catalog_role_inherits(catalog, role(catalog, "bottom")->oid, top));
    assert_false(catalog_role_inherits(catalog, role(catalog, "hidden")->oid, top));
    assert_true(catalog_role_is_member(catalog, role(catalog, "hidden")->oid, top));
    assert_false(catalog_role_is_member(catalog, role(catalog, "outside")->oid, top));
    assert_true(catalog_role_is_member(catalog, role(catalog, "boss")->oid, top));
    const struct cat_role *boss = role(catalog, "boss");
    assert_true(boss->superuser && boss->create_db && boss->create_role && boss->replication &&
                boss->bypass_rls && boss->inherit && !boss->login);
    assert_true(role(catalog, "hidden")->login);
    assert_int_equal(role(catalog, "bottom")->setting_count, 1);
    assert_str(role(catalog, "bottom")->settings[0], "statement_timeout=3s");
    assert_str(role(catalog, "top")->comment, "over all");
    world_close(&world);
}

static void a_plain_owner_can_load(void **state)
{
    struct world world = world_open(state);
    make_roles(&world, "plain_owner");
    server_sql(world.conn, "ALTER ROLE plain_owner LOGIN; CREATE SCHEMA theirs;"
                           "CREATE TABLE theirs.t (id int PRIMARY KEY DEFAULT 3);"
                           "CREATE SCHEMA mine AUTHORIZATION plain_owner");
    PQfinish(world.conn);
    world.conn = server_connect(world.arena, world.server, "plain_owner", world.database);
    /* A path in which its own tables stand before PostgreSQL's. */
    const struct catalog *catalog =
        made(&world, "SET search_path = mine, pg_catalog; CREATE TABLE mine.pg_class (oid text);"
                     "CREATE TABLE mine.pg_type (oid text); CREATE TEMP TABLE pg_roles (oid text)");
    const struct cat_schema *theirs = catalog_schema_find(catalog, STR("theirs"));
    const struct cat_relation *t = catalog_relation_find(catalog, theirs->oid, STR("t"));
    assert_non_null(t);
    assert_str(t->columns[0].default_expr.text, "3");
    assert_non_null(cat_primary_key(t));
    str mark;
    assert_null(engine_pg_catalog_fingerprint(world.arena, world.conn, &mark));
    assert_true(mark.len > 3);
    world_close(&world);
}

/* ---- odd names, many things ---- */

static void odd_names_come_as_they_are(void **state)
{
    struct world world = world_open(state);
    const struct catalog *catalog = made(
        &world,
        "CREATE SCHEMA \"Sch.e\"\"ma\"; CREATE TABLE \"Sch.e\"\"ma\".\"Tä.b\"\"le\n日本\" ("
        "\"Co\\l.\" int PRIMARY KEY, \"sélect\" text DEFAULT E'\\n\"''', \"{a,b}\" int);"
        "CREATE FUNCTION \"Sch.e\"\"ma\".\"F, \"\"x\"\"\"(\"A,b\" int, \"{\"\"}\" int DEFAULT 2)"
        " RETURNS int LANGUAGE sql AS 'SELECT 1'");
    const struct cat_schema *schema = catalog_schema_find(catalog, STR("Sch.e\"ma"));
    const struct cat_relation *table =
        catalog_relation_find(catalog, schema->oid, STR("Tä.b\"le\n日本"));
    assert_int_equal(table->column_count, 3);
    assert_str(table->columns[0].name, "Co\\l.");
    assert_str(table->columns[1].name, "sélect");
    assert_str(table->columns[1].default_expr.text, "'\n\"'''::text");
    assert_str(table->columns[2].name, "{a,b}");
    size_t at = 0;
    const struct cat_function *f =
        catalog_function_named(catalog, schema->oid, STR("F, \"x\""), &at);
    assert_str(f->arguments[0].name, "A,b");
    assert_str(f->arguments[1].name, "{\"}");
    assert_str(f->arguments[1].default_expr.text, "2");
    world_close(&world);
}

static void the_widest_table_is_read(void **state)
{
    struct world world = world_open(state);
    const struct catalog *catalog =
        made(&world, "DO $$ BEGIN EXECUTE (SELECT 'CREATE TABLE wide (' ||"
                     " string_agg('column_' || n || ' int', ', ' ORDER BY n) || ')'"
                     " FROM generate_series(1, 1600) n); END $$");
    const struct cat_relation *wide = relation(catalog, "wide");
    assert_int_equal(wide->column_count, 1600);
    assert_int_equal(wide->column_last, 1600);
    assert_str(wide->columns[1599].name, "column_1600");
    world_close(&world);
}

/* ---- failure ---- */

static void a_failed_load_leaves_the_connection_usable(void **state)
{
    struct world world = world_open(state);
    PGconn *other = server_connect(world.arena, world.server, "postgres", world.database);
    make_roles(&world, "blocked");
    server_sql(world.conn, "ALTER ROLE blocked LOGIN");
    server_sql(other, "REVOKE SELECT ON pg_roles FROM PUBLIC");
    PGconn *poor = server_connect(world.arena, world.server, "blocked", world.database);
    const struct catalog *catalog = NULL;
    err error = engine_pg_catalog_load(world.arena, poor, 1, &catalog);
    assert_non_null(error);
    assert_str(error->code, "42501");
    assert_null(catalog);
    server_sql(other, "GRANT SELECT ON pg_roles TO PUBLIC");
    assert_null(engine_pg_catalog_load(world.arena, poor, 1, &catalog));
    catalog_unref(catalog);
    PQfinish(poor);
    PQfinish(other);
    world_close(&world);
}

static void a_lost_connection_is_an_error(void **state)
{
    struct world world = world_open(state);
    PGconn *victim = server_connect(world.arena, world.server, "postgres", world.database);
    server_sql(world.conn, str_cstr(world.arena,
                                    str_printf(world.arena, "SELECT pg_terminate_backend(%d, 5000)",
                                               PQbackendPID(victim))));
    const struct catalog *catalog = NULL;
    str mark;
    assert_non_null(engine_pg_catalog_load(world.arena, victim, 1, &catalog));
    assert_non_null(engine_pg_catalog_fingerprint(world.arena, victim, &mark));
    assert_null(catalog);
    PQfinish(victim);
    world_close(&world);
}

/* ---- the fingerprint ---- */

static str fingerprint(struct world *world)
{
    str mark;
    err error = engine_pg_catalog_fingerprint(world->arena, world->conn, &mark);
    if (error) fail_msg("%.*s", STR_FMT(error->message));
    return mark;
}

static void the_fingerprint_tells_every_change(void **state)
{
    struct world world = world_open(state);
    make_roles(&world, "reader member");
    server_sql(world.conn, "CREATE TABLE t (id int); CREATE TABLE u (id int UNIQUE);"
                           "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'");
    static const char *const changes[] = {
        "CREATE TABLE v (id int)",
        "ALTER TABLE t ADD COLUMN a int",
        "ALTER TABLE t ALTER COLUMN a SET DEFAULT 3",
        "ALTER TABLE t ALTER COLUMN a SET NOT NULL",
        "ALTER TABLE t RENAME COLUMN a TO b",
        "ALTER TABLE t RENAME TO tt",
        "ALTER TABLE tt RENAME TO t",
        "ALTER TABLE t ADD PRIMARY KEY (id)",
        "ALTER TABLE t ADD CONSTRAINT fk FOREIGN KEY (id) REFERENCES u (id)",
        "ALTER TABLE t DROP CONSTRAINT fk",
        "GRANT SELECT ON t TO reader",
        "GRANT UPDATE (id) ON t TO reader",
        "GRANT USAGE ON SCHEMA public TO reader",
        "GRANT EXECUTE ON FUNCTION f() TO reader",
        "ALTER TABLE t ENABLE ROW LEVEL SECURITY",
        "CREATE POLICY p ON t USING (true)",
        "ALTER POLICY p ON t USING (false)",
        "DROP POLICY p ON t",
        "CREATE OR REPLACE FUNCTION f() RETURNS int LANGUAGE sql STABLE AS 'SELECT 1'",
        "CREATE FUNCTION g() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "CREATE TYPE mood AS ENUM ('a')",
        "ALTER TYPE mood ADD VALUE 'b'",
        "ALTER TYPE mood RENAME VALUE 'b' TO 'c'",
        "CREATE DOMAIN d AS int",
        "ALTER DOMAIN d ADD CHECK (VALUE > 0)",
        "CREATE SCHEMA other",
        "CREATE VIEW w AS SELECT 1 AS a",
        "CREATE OR REPLACE VIEW w WITH (security_invoker = true) AS SELECT 1 AS a",
        "CREATE SEQUENCE s",
        "ALTER SEQUENCE s INCREMENT BY 2",
        "CREATE UNIQUE INDEX i ON u (id)",
        "COMMENT ON TABLE t IS 'x'",
        "COMMENT ON SCHEMA public IS 'x'",
        "CREATE EXTENSION hstore",
        "ALTER ROLE reader NOINHERIT",
        "GRANT reader TO member",
        "REVOKE reader FROM member",
        "COMMENT ON ROLE reader IS 'x'",
        "DROP TABLE v",
    };
    str before = fingerprint(&world);
    for (size_t i = 0; i < COUNT_OF(changes); i++) {
        server_sql(world.conn, changes[i]);
        str after = fingerprint(&world);
        if (str_eq(before, after)) fail_msg("not seen: %s", changes[i]);
        before = after;
    }
    world_close(&world);
}

static void the_fingerprint_stays_while_rows_change(void **state)
{
    struct world world = world_open(state);
    server_sql(world.conn, "CREATE TABLE t (id serial PRIMARY KEY, a text);"
                           "CREATE MATERIALIZED VIEW m AS SELECT * FROM t");
    str before = fingerprint(&world);
    static const char *const statements[] = {
        "INSERT INTO t (a) SELECT 'x' FROM generate_series(1, 500)",
        "CREATE TEMP TABLE passing (id int PRIMARY KEY, b text DEFAULT 'x')",
        "ANALYZE t",
        "VACUUM t",
        "REFRESH MATERIALIZED VIEW m",
        "TRUNCATE t",
        "VACUUM FULL t",
    };
    for (size_t i = 0; i < COUNT_OF(statements); i++) {
        server_sql(world.conn, statements[i]);
        str after = fingerprint(&world);
        if (!str_eq(before, after))
            fail_msg("%s: %.*s, before %.*s", statements[i], STR_FMT(after), STR_FMT(before));
    }
    world_close(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_of_relation_is_there),
        cmocka_unit_test(columns_say_what_they_are),
        cmocka_unit_test(keys_have_both_sides),
        cmocka_unit_test(partitions_inherit_no_relationship),
        cmocka_unit_test(types_of_every_kind_take_and_print),
        cmocka_unit_test(each_type_of_a_column_or_argument_is_known),
        cmocka_unit_test(functions_have_arguments_and_results),
        cmocka_unit_test(extensions_and_policies_are_there),
        cmocka_unit_test(grants_of_every_kind_are_read),
        cmocka_unit_test(roles_know_their_groups),
        cmocka_unit_test(a_plain_owner_can_load),
        cmocka_unit_test(odd_names_come_as_they_are),
        cmocka_unit_test(the_widest_table_is_read),
        cmocka_unit_test(a_failed_load_leaves_the_connection_usable),
        cmocka_unit_test(a_lost_connection_is_an_error),
        cmocka_unit_test(the_fingerprint_tells_every_change),
        cmocka_unit_test(the_fingerprint_stays_while_rows_change),
    };
    return cmocka_run_group_tests(tests, server_start, server_stop);
}
