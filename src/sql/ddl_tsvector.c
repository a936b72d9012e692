/* tsvector_update_trigger and ..._column: in PostgreSQL functions of C, here of PL/pgSQL, made when a trigger first
 * calls one. They are in `extensions`: nothing is ever made in pg_catalog. */
#include "sql/catalog_build.h"
#include "sql/ddl_int.h"

/* clang-format off */
#define BODY_HEAD                                                                                           \
    "declare\n"                                                                                             \
    "    fields jsonb := to_jsonb(new);\n"                                                                  \
    "    texts text[] := '{}';\n"                                                                           \
    "    changed bool := tg_op = 'INSERT';\n"                                                               \
    "    kind text := dapur.trigger_field_kind(tg_relid, tg_argv[0]);\n"                                    \
    "begin\n"                                                                                               \
    "    if tg_level <> 'ROW' or tg_when <> 'BEFORE' or tg_op = 'DELETE' or tg_nargs < 3 then\n"            \
    "        raise exception 'tsvector_update_trigger: arguments must be tsvector_field, ts_config, "       \
    "text_field1, ...), of a trigger BEFORE INSERT OR UPDATE FOR EACH ROW' using errcode = 'XX000';\n"      \
    "    end if;\n"                                                                                         \
    "    if kind is null then\n"                                                                            \
    "        raise exception 'tsvector column \"%\" does not exist', tg_argv[0] "                           \
    "using errcode = '42703';\n"                                                                            \
    "    elsif kind <> 'tsvector' then\n"                                                                   \
    "        raise exception 'column \"%\" is not of tsvector type', tg_argv[0] using errcode = '42804';\n" \
    "    end if;\n"
#define BODY_CONFIG                                                                                         \
    "    if position('.' in tg_argv[1]) = 0 then\n"                                                         \
    "        raise exception 'text search configuration name \"%\" must be schema-qualified', "             \
    "tg_argv[1] using errcode = '22023';\n"                                                                 \
    "    end if;\n"
#define BODY_CONFIG_COLUMN                                                                                  \
    "    kind := dapur.trigger_field_kind(tg_relid, tg_argv[1]);\n"                                         \
    "    if kind is null then\n"                                                                            \
    "        raise exception 'configuration column \"%\" does not exist', tg_argv[1] "                      \
    "using errcode = '42703';\n"                                                                            \
    "    elsif kind <> 'regconfig' then\n"                                                                  \
    "        raise exception 'column \"%\" is not of regconfig type', tg_argv[1] "                          \
    "using errcode = '42804';\n"                                                                            \
    "    elsif fields ->> tg_argv[1] is null then\n"                                                        \
    "        raise exception 'configuration column \"%\" must not be null', tg_argv[1] "                    \
    "using errcode = '22004';\n"                                                                            \
    "    end if;\n"
#define BODY_TAIL(config)                                                                                   \
    "    for i in 2 .. tg_nargs - 1 loop\n"                                                                 \
    "        kind := dapur.trigger_field_kind(tg_relid, tg_argv[i]);\n"                                     \
    "        if kind is null then\n"                                                                        \
    "            raise exception 'column \"%\" does not exist', tg_argv[i] using errcode = '42703';\n"      \
    "        elsif kind <> 'text' then\n"                                                                   \
    "            raise exception 'column \"%\" is not of a character type', tg_argv[i] "                    \
    "using errcode = '42804';\n"                                                                            \
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
    "dapur.texts_to_tsvector(" config "::regconfig, texts)::text));\n"                                      \
    "    return new;\n"                                                                                     \
    "end $$"
#define TRIGGER_FUNCTION(name) name "() RETURNS trigger LANGUAGE plpgsql AS $$\n"
/* clang-format on */

static const struct {
    str name, text;
} functions[] = {
    {STR_INIT("tsvector_update_trigger"),
     STR_INIT(TRIGGER_FUNCTION("tsvector_update_trigger")
                  BODY_HEAD BODY_CONFIG BODY_TAIL("tg_argv[1]"))                    },
    {STR_INIT("tsvector_update_trigger_column"),
     STR_INIT(TRIGGER_FUNCTION("tsvector_update_trigger_column")
                  BODY_HEAD BODY_CONFIG_COLUMN BODY_TAIL("(fields ->> tg_argv[1])"))},
};

err ddl_tsvector_trigger(struct ddl *ddl, struct list *names, struct list **out)
{
    str name = ast_name_at(names, names->count - 1), text = STR_NONE;
    *out = names;
    for (size_t i = 0; i < COUNT_OF(functions); i++)
        if (str_eq(functions[i].name, name)) text = functions[i].text;
    if (str_empty(text)) return NULL;
    bool plain = names->count == 1;
    if (!plain && !str_eq(ast_name_at(names, 0), STR("pg_catalog"))) return NULL;
    size_t count;
    if (plain && ddl_function_find(ddl, STR_NONE, name, &count)) return NULL;
    const struct cat_schema *schema = catalog_schema(ddl->next, SCHEMA_EXTENSIONS);
    if (!ddl_function_find(ddl, schema->name, name, &count))
        TRY(ddl_make_function(ddl, text, schema->oid));
    *out = ast_list(ddl->arena, ast_string(ddl->arena, schema->name), ast_string(ddl->arena, name));
    return NULL;
}
