/* tsvector_update_trigger: in PostgreSQL a function of C, here one of PL/pgSQL, made when a trigger first
 * calls it. It is in `extensions`: nothing is ever made in pg_catalog. */
#include "sql/catalog_build.h"
#include "sql/ddl_int.h"

/* clang-format off */
#define TSVECTOR_UPDATE_TRIGGER                                                                             \
    "tsvector_update_trigger() RETURNS trigger LANGUAGE plpgsql AS $$\n"                                    \
    "declare\n"                                                                                             \
    "    fields jsonb := to_jsonb(new);\n"                                                                  \
    "    texts text[] := '{}';\n"                                                                           \
    "    changed bool := tg_op = 'INSERT';\n"                                                               \
    "begin\n"                                                                                               \
    "    if tg_level <> 'ROW' or tg_when <> 'BEFORE' or tg_op = 'DELETE' or tg_nargs < 3 then\n"            \
    "        raise exception 'tsvector_update_trigger: arguments must be tsvector_field, ts_config, "       \
    "text_field1, ...), of a trigger BEFORE INSERT OR UPDATE FOR EACH ROW' using errcode = 'XX000';\n"      \
    "    end if;\n"                                                                                         \
    "    if not fields ? tg_argv[0] then\n"                                                                 \
    "        raise exception 'tsvector column \"%\" does not exist', tg_argv[0] "                           \
    "using errcode = '42703';\n"                                                                            \
    "    end if;\n"                                                                                         \
    "    if position('.' in tg_argv[1]) = 0 then\n"                                                         \
    "        raise exception 'text search configuration name \"%\" must be schema-qualified', "             \
    "tg_argv[1] using errcode = '22023';\n"                                                                 \
    "    end if;\n"                                                                                         \
    "    for i in 2 .. tg_nargs - 1 loop\n"                                                                 \
    "        if not fields ? tg_argv[i] then\n"                                                             \
    "            raise exception 'column \"%\" does not exist', tg_argv[i] using errcode = '42703';\n"      \
    "        end if;\n"                                                                                     \
    "        if not changed then\n"                                                                         \
    "            changed := (to_jsonb(old) ->> tg_argv[i]) is distinct from (fields ->> tg_argv[i]);\n"     \
    "        end if;\n"                                                                                     \
    "        texts := texts || (fields ->> tg_argv[i]);\n"                                                  \
    "    end loop;\n"                                                                                       \
    "    if not changed then\n"                                                                             \
    "        return new;\n"                                                                                 \
    "    end if;\n"                                                                                         \
    "    new := jsonb_populate_record(new, jsonb_build_object(tg_argv[0], "                                 \
    "dapur.texts_to_tsvector(tg_argv[1]::regconfig, texts)::text));\n"                                      \
    "    return new;\n"                                                                                     \
    "end $$"
/* clang-format on */

err ddl_tsvector_trigger(struct ddl *ddl, struct list *names, struct list **out)
{
    const str name = STR("tsvector_update_trigger");
    *out = names;
    if (!str_eq(ast_name_at(names, names->count - 1), name)) return NULL;
    bool plain = names->count == 1;
    if (!plain && !str_eq(ast_name_at(names, 0), STR("pg_catalog"))) return NULL;
    size_t count;
    if (plain && ddl_function_find(ddl, STR_NONE, name, &count)) return NULL;
    const struct cat_schema *schema = catalog_schema(ddl->next, SCHEMA_EXTENSIONS);
    if (!ddl_function_find(ddl, schema->name, name, &count))
        TRY(ddl_make_function(ddl, STR(TSVECTOR_UPDATE_TRIGGER), schema->oid));
    *out = ast_list(ddl->arena, ast_string(ddl->arena, schema->name), ast_string(ddl->arena, name));
    return NULL;
}
