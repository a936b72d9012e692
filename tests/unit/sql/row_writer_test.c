/* Rows as JSON, CSV and text rows, with every shape of embed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "sql/builtin.h"
#include "sql/row_writer.h"

/* ---- shapes made by hand ---------------------------------------------------------------------- */

static struct arena *arena;

static int begin(void **state)
{
    (void)state;
    arena = arena_new(0);
    return 0;
}

static int end(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

static struct plan_column column(const char *name, enum type_storage storage)
{
    return (struct plan_column){
        .name = str_of(name),
        .json_key = str_printf(arena, "\"%s\":", name),
        .typmod = -1,
        .ref = type_plain(storage),
    };
}

/* A node of int4 `id`, text `name` and bool `ok`. */
static struct plan_node *node(size_t child_count)
{
    struct plan_node *made = ARENA_NEW(arena, struct plan_node);
    made->columns = ARENA_ARRAY(arena, struct plan_column, 3);
    made->columns[0] = column("id", TYPE_INT4);
    made->columns[1] = column("name", TYPE_TEXT);
    made->columns[2] = column("ok", TYPE_BOOL);
    made->column_count = 3;
    made->children = ARENA_ARRAY(arena, struct plan_child, child_count);
    made->child_count = child_count;
    return made;
}

static struct plan_child child(const char *name,
                               enum child_shape shape,
                               int position,
                               struct plan_node *of)
{
    return (struct plan_child){.name = str_of(name),
                               .json_key = str_printf(arena, "\"%s\":", name),
                               .shape = shape,
                               .position = position,
                               .node = of};
}

static const struct value one[] = {
    {.kind = VALUE_INT,  .i = 1            },
    {.kind = VALUE_TEXT, .s = STR_INIT("a")},
    {.kind = VALUE_INT,  .i = 1            }
};
static const struct value two[] = {
    {.kind = VALUE_INT,  .i = 2},
    {.kind = VALUE_NULL},
    {.kind = VALUE_INT,            .i = 0      }
};
static const struct value awkward[] = {
    {.kind = VALUE_INT,                      .i = -3},
    {.kind = VALUE_TEXT,                                      .s = STR_INIT("q\" c, \\ \n\xc3\xa9")},
    {.kind = VALUE_NULL}
};
static const struct value empty_text[] = {
    {.kind = VALUE_INT,  .i = 4           },
    {.kind = VALUE_TEXT, .s = STR_INIT("")},
    {.kind = VALUE_INT,  .i = 1           }
};

static void open_writer(struct row_writer *w,
                        enum result_format format,
                        struct plan_node *root,
                        enum result_shape shape)
{
    row_writer_init(w, arena, buf_in(arena, 0), format, NULL);
    row_writer_begin(w, root, shape);
}

static void write_flat(struct row_writer *w, const struct plan_node *of, const struct value *row)
{
    row_writer_row_open(w);
    row_writer_columns(w, of, row, 0, SIZE_MAX);
    row_writer_row_close(w);
}

static const char *text_of(struct row_writer *w)
{
    row_writer_end(w);
    return str_cstr(arena, buf_str(w->out));
}

static const char *flat(enum result_format format,
                        enum result_shape shape,
                        const struct value *const *rows,
                        size_t count)
{
    struct row_writer w;
    struct plan_node *root = node(0);
    open_writer(&w, format, root, shape);
    for (size_t i = 0; i < count; i++) write_flat(&w, root, rows[i]);
    return text_of(&w);
}

/* The root's row `one`, then a child of the shape with these rows. */
static const char *nested(enum result_format format,
                          enum child_shape shape,
                          int position,
                          const struct value *const *rows,
                          size_t count)
{
    struct row_writer w;
    struct plan_node *root = node(1);
    root->children[0] = child("kid", shape, position, node(0));
    open_writer(&w, format, root, RESULT_ROWS);
    row_writer_row_open(&w);
    row_writer_columns(&w, root, one, 0, (size_t)position);
    row_writer_child_open(&w, &root->children[0]);
    for (size_t i = 0; i < count; i++) write_flat(&w, root->children[0].node, rows[i]);
    row_writer_child_close(&w);
    row_writer_columns(&w, root, one, (size_t)position, SIZE_MAX);
    row_writer_row_close(&w);
    return text_of(&w);
}

static const struct value *const both[] = {one, two};

/* ---- JSON ------------------------------------------------------------------------------------- */

static void rows_are_an_array_of_objects(void **state)
{
    (void)state;
    assert_string_equal(flat(FORMAT_JSON, RESULT_ROWS, both, 2),
                        "[{\"id\":1,\"name\":\"a\",\"ok\":true},"
                        "{\"id\":2,\"name\":null,\"ok\":false}]");
    assert_string_equal(flat(FORMAT_JSON, RESULT_ROWS, both, 0), "[]");
}

static void an_object_is_one_row_or_null(void **state)
{
    (void)state;
    assert_string_equal(flat(FORMAT_JSON, RESULT_OBJECT, both, 1),
                        "{\"id\":1,\"name\":\"a\",\"ok\":true}");
    assert_string_equal(flat(FORMAT_JSON, RESULT_OBJECT, both, 0), "null");
}

static void scalars_are_bare(void **state)
{
    (void)state;
    struct plan_node *root = node(0);
    struct row_writer w;
    root->column_count = 1;
    open_writer(&w, FORMAT_JSON, root, RESULT_SCALAR);
    write_flat(&w, root, one);
    assert_string_equal(text_of(&w), "1");
    open_writer(&w, FORMAT_JSON, root, RESULT_SCALAR);
    assert_string_equal(text_of(&w), "null");
    open_writer(&w, FORMAT_JSON, root, RESULT_SCALAR_ARRAY);
    write_flat(&w, root, one);
    write_flat(&w, root, two);
    assert_string_equal(text_of(&w), "[1,2]");
}

static void stripped_rows_have_no_null_keys(void **state)
{
    (void)state;
    assert_string_equal(flat(FORMAT_JSON_STRIPPED, RESULT_ROWS, both, 2),
                        "[{\"id\":1,\"name\":\"a\",\"ok\":true},{\"id\":2,\"ok\":false}]");
}

static void hidden_columns_are_not_printed(void **state)
{
    (void)state;
    struct plan_node *root = node(0);
    struct row_writer w;
    root->columns[0].hidden = root->columns[2].hidden = true;
    open_writer(&w, FORMAT_JSON, root, RESULT_ROWS);
    write_flat(&w, root, one);
    assert_string_equal(text_of(&w), "[{\"name\":\"a\"}]");
}

static void strings_are_escaped(void **state)
{
    (void)state;
    const struct value *const rows[] = {awkward};
    assert_string_equal(flat(FORMAT_JSON, RESULT_ROWS, rows, 1),
                        "[{\"id\":-3,\"name\":\"q\\\" c, \\\\ \\n\xc3\xa9\",\"ok\":null}]");
}

/* ---- embeds ----------------------------------------------------------------------------------- */

static void a_to_many_embed_is_an_array(void **state)
{
    (void)state;
    assert_string_equal(nested(FORMAT_JSON, CHILD_ARRAY, 3, both, 2),
                        "[{\"id\":1,\"name\":\"a\",\"ok\":true,\"kid\":["
                        "{\"id\":1,\"name\":\"a\",\"ok\":true},"
                        "{\"id\":2,\"name\":null,\"ok\":false}]}]");
    assert_string_equal(nested(FORMAT_JSON, CHILD_ARRAY, 3, both, 0),
                        "[{\"id\":1,\"name\":\"a\",\"ok\":true,\"kid\":[]}]");
}

static void a_to_one_embed_is_an_object_or_null(void **state)
{
    (void)state;
    assert_string_equal(nested(FORMAT_JSON, CHILD_OBJECT, 1, both, 1),
                        "[{\"id\":1,\"kid\":{\"id\":1,\"name\":\"a\",\"ok\":true},"
                        "\"name\":\"a\",\"ok\":true}]");
    assert_string_equal(nested(FORMAT_JSON, CHILD_OBJECT, 0, both, 0),
                        "[{\"kid\":null,\"id\":1,\"name\":\"a\",\"ok\":true}]");
    assert_string_equal(nested(FORMAT_JSON_STRIPPED, CHILD_OBJECT, 3, both, 0),
                        "[{\"id\":1,\"name\":\"a\",\"ok\":true}]");
}

static void a_spread_row_joins_its_parent(void **state)
{
    (void)state;
    const struct value *const rows[] = {two};
    assert_string_equal(nested(FORMAT_JSON, CHILD_SPREAD_OBJECT, 3, rows, 1),
                        "[{\"id\":1,\"name\":\"a\",\"ok\":true,"
                        "\"id\":2,\"name\":null,\"ok\":false}]");
    assert_string_equal(nested(FORMAT_JSON, CHILD_SPREAD_OBJECT, 0, rows, 0),
                        "[{\"id\":null,\"name\":null,\"ok\":null,"
                        "\"id\":1,\"name\":\"a\",\"ok\":true}]");
}

static void spread_rows_become_arrays_by_column(void **state)
{
    (void)state;
    assert_string_equal(nested(FORMAT_JSON, CHILD_SPREAD_ARRAY, 0, both, 2),
                        "[{\"id\":[1,2],\"name\":[\"a\",null],\"ok\":[true,false],"
                        "\"id\":1,\"name\":\"a\",\"ok\":true}]");
    assert_string_equal(nested(FORMAT_JSON, CHILD_SPREAD_ARRAY, 3, both, 0),
                        "[{\"id\":1,\"name\":\"a\",\"ok\":true,\"id\":[],\"name\":[],\"ok\":[]}]");
}

/* root > spread array > (object, array) */
static void embeds_inside_a_spread_array_are_its_elements(void **state)
{
    (void)state;
    struct row_writer w;
    struct plan_node *root = node(1), *middle = node(2);
    root->column_count = middle->column_count = 1;
    middle->children[0] = child("parent", CHILD_OBJECT, 1, node(0));
    middle->children[1] = child("kids", CHILD_ARRAY, 1, node(0));
    middle->children[0].node->column_count = middle->children[1].node->column_count = 1;
    root->children[0] = child("middle", CHILD_SPREAD_ARRAY, 1, middle);
    open_writer(&w, FORMAT_JSON, root, RESULT_ROWS);
    row_writer_row_open(&w);
    row_writer_columns(&w, root, one, 0, 1);
    row_writer_child_open(&w, &root->children[0]);
    for (int i = 0; i < 2; i++) {
        row_writer_row_open(&w);
        row_writer_columns(&w, middle, both[i], 0, 1);
        row_writer_child_open(&w, &middle->children[0]);
        if (i == 0) write_flat(&w, middle->children[0].node, one);
        row_writer_child_close(&w);
        row_writer_child_open(&w, &middle->children[1]);
        write_flat(&w, middle->children[1].node, one);
        write_flat(&w, middle->children[1].node, two);
        row_writer_child_close(&w);
        row_writer_row_close(&w);
    }
    row_writer_child_close(&w);
    row_writer_row_close(&w);
    assert_string_equal(text_of(&w),
                        "[{\"id\":1,\"id\":[1,2],\"parent\":[{\"id\":1},null],"
                        "\"kids\":[[{\"id\":1},{\"id\":2}],[{\"id\":1},{\"id\":2}]]}]");
}

/* ---- CSV, text rows ---------------------------------------------------------------------------- */

static void csv_has_a_header_and_no_final_newline(void **state)
{
    (void)state;
    assert_string_equal(flat(FORMAT_CSV, RESULT_ROWS, both, 2), "id,name,ok\n1,a,t\n2,,f");
    assert_string_equal(flat(FORMAT_CSV, RESULT_ROWS, both, 0), "\n");
}

static void csv_quotes_what_needs_it(void **state)
{
    (void)state;
    const struct value *const rows[] = {awkward, empty_text};
    assert_string_equal(flat(FORMAT_CSV, RESULT_ROWS, rows, 2),
                        "id,name,ok\n-3,\"q\"\" c, \\\\ \n\xc3\xa9\",\n4,\"\",t");
}

static void csv_embeds_are_json_in_a_field(void **state)
{
    (void)state;
    assert_string_equal(
        nested(FORMAT_CSV, CHILD_ARRAY, 3, both, 1),
        "id,name,ok,kid\n1,a,t,\"[{\"\"id\"\":1,\"\"name\"\":\"\"a\"\",\"\"ok\"\":true}]\"");
    assert_string_equal(nested(FORMAT_CSV, CHILD_OBJECT, 3, both, 0), "id,name,ok,kid\n1,a,t,");
    assert_string_equal(nested(FORMAT_CSV, CHILD_SPREAD_OBJECT, 3, both, 1),
                        "id,name,ok,id,name,ok\n1,a,t,1,a,t");
}

static void text_rows_are_arrays_of_text(void **state)
{
    (void)state;
    assert_string_equal(flat(FORMAT_TEXT_ROWS, RESULT_ROWS, both, 2),
                        "[[\"1\",\"a\",\"t\"],[\"2\",null,\"f\"]]");
    assert_string_equal(flat(FORMAT_TEXT_ROWS, RESULT_ROWS, both, 0), "[]");
}

static void a_full_buffer_is_seen_by_the_caller(void **state)
{
    (void)state;
    struct row_writer w;
    struct plan_node *root = node(0);
    row_writer_init(&w, arena, buf_in(arena, 16), FORMAT_JSON, NULL);
    row_writer_begin(&w, root, RESULT_ROWS);
    for (int i = 0; i < 100; i++) write_flat(&w, root, one);
    assert_false(buf_ok(w.out));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_an_array_of_objects),
        cmocka_unit_test(an_object_is_one_row_or_null),
        cmocka_unit_test(scalars_are_bare),
        cmocka_unit_test(stripped_rows_have_no_null_keys),
        cmocka_unit_test(hidden_columns_are_not_printed),
        cmocka_unit_test(strings_are_escaped),
        cmocka_unit_test(a_to_many_embed_is_an_array),
        cmocka_unit_test(a_to_one_embed_is_an_object_or_null),
        cmocka_unit_test(a_spread_row_joins_its_parent),
        cmocka_unit_test(spread_rows_become_arrays_by_column),
        cmocka_unit_test(embeds_inside_a_spread_array_are_its_elements),
        cmocka_unit_test(csv_has_a_header_and_no_final_newline),
        cmocka_unit_test(csv_quotes_what_needs_it),
        cmocka_unit_test(csv_embeds_are_json_in_a_field),
        cmocka_unit_test(text_rows_are_arrays_of_text),
        cmocka_unit_test(a_full_buffer_is_seen_by_the_caller),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
