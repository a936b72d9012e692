/* Types as inference sees them: facts, names, base types, references for types/. */
#include "sql/infer_int.h"

#include "sql/reg_names.h"

bool infer_facts(const struct catalog *catalog, oid type, struct type_facts *out)
{
    const struct builtin_type *row = builtin_type(type);
    if (row) {
        *out = (struct type_facts){
            .id = type,
            .category = row->category,
            .preferred = row->preferred,
            .kind = row->kind == 'p' ? TYPE_KIND_PSEUDO
                    : row->element   ? TYPE_KIND_ARRAY
                                     : TYPE_KIND_BASE,
            .storage = row->storage,
            .element = row->element,
            .array = row->array,
        };
        return true;
    }
    const struct cat_type *user = catalog ? catalog_type(catalog, type) : NULL;
    if (!user) return false;
    *out = (struct type_facts){
        .id = type,
        .category = user->category,
        .preferred = user->preferred,
        .kind = user->kind,
        .storage = user->storage,
        .element = user->kind == TYPE_KIND_ARRAY ? user->element : OID_NONE,
        .array = user->array,
        .user = user,
    };
    return true;
}

oid infer_base(const struct catalog *catalog, oid type, int32_t *typmod)
{
    struct type_facts facts;
    while (infer_facts(catalog, type, &facts) && facts.kind == TYPE_KIND_DOMAIN) {
        if (typmod && *typmod < 0) *typmod = facts.user->base_typmod;
        type = facts.user->base;
    }
    return type;
}

oid infer_base_type(struct infer_context *ctx, oid type)
{
    return infer_base(ctx->catalog, type, NULL);
}

char infer_category(struct infer_context *ctx, oid type, bool *preferred)
{
    struct type_facts facts;
    *preferred = false;
    if (!infer_facts(ctx->catalog, infer_base_type(ctx, type), &facts)) return 'X';
    *preferred = facts.preferred;
    return facts.category;
}

enum type_storage infer_storage(const struct catalog *catalog, oid type)
{
    struct type_facts facts;
    return infer_facts(catalog, infer_base(catalog, type, NULL), &facts) ? facts.storage
                                                                         : TYPE_UNKNOWN;
}

bool infer_is_composite(struct infer_context *ctx, oid type)
{
    struct type_facts facts;
    return infer_facts(ctx->catalog, infer_base_type(ctx, type), &facts) &&
           facts.kind == TYPE_KIND_COMPOSITE;
}

oid infer_element_type(struct infer_context *ctx, oid type)
{
    struct type_facts facts;
    if (!infer_facts(ctx->catalog, infer_base_type(ctx, type), &facts)) return OID_NONE;
    return facts.kind == TYPE_KIND_ARRAY || type == RECORDARRAYOID ? facts.element : OID_NONE;
}

oid infer_array_type(struct infer_context *ctx, oid type)
{
    struct type_facts facts;
    if (!infer_facts(ctx->catalog, type, &facts)) return OID_NONE;
    /* Rows of tables have no array type of their own here. */
    bool row = facts.kind == TYPE_KIND_COMPOSITE && !facts.array;
    return row ? (oid)RECORDARRAYOID : facts.array;
}

/* format_type writes the schema of a type that the search path does not find. */
static str visible_name(struct infer_context *ctx, oid type, str name)
{
    oid element = infer_element_type(ctx, type);
    const struct cat_type *found = catalog_type(ctx->catalog, element ? element : type);
    const struct cat_schema *schema = found ? catalog_schema(ctx->catalog, found->schema) : NULL;
    for (size_t i = 0; schema && i < ctx->search_path_count; i++) {
        if (!str_eq(ctx->search_path[i], schema->name)) continue;
        bool prefixed = str_starts(name, schema->name) && name.len > schema->name.len &&
                        name.at[schema->name.len] == '.';
        if (prefixed) return str_skip(name, schema->name.len + 1);
    }
    return name;
}

str infer_type_text(struct infer_context *ctx, oid type, int32_t typmod)
{
    if (ctx->catalog) {
        str name = catalog_type_name(ctx->arena, ctx->catalog, type, typmod);
        return builtin_type(type) && type != CITEXTOID && type != CITEXTARRAYOID
                   ? name
                   : visible_name(ctx, type, name);
    }
    const struct builtin_type *row = builtin_type(type);
    if (!row) return STR("???");
    if (row->element) {
        str element = infer_type_text(ctx, row->element, typmod);
        return str_printf(ctx->arena, "%.*s[]", STR_FMT(element));
    }
    bool own = row->kind == 'p' || infer_is_vector(row->oid) ||
               (row->storage == TYPE_OID && row->oid != OIDOID);
    return own ? row->name : type_storage_name(row->storage);
}

static const struct type_ref *builtin_ref(struct arena *arena,
                                          const struct builtin_type *row,
                                          int32_t typmod)
{
    bool reg = reg_is_type(row->oid);
    if (typmod < 0 && !row->element && !reg) return type_plain(row->storage);
    struct type_ref *ref = ARENA_NEW(arena, struct type_ref);
    *ref = *type_plain(row->storage);
    ref->typmod = typmod;
    ref->reg = reg ? row->oid : OID_NONE;
    ref->vector = infer_is_vector(row->oid);
    if (row->element) {
        ref->typmod = TYPMOD_NONE;
        ref->element = builtin_ref(arena, builtin_type(row->element), typmod);
    }
    return ref;
}

const struct type_ref *infer_type_ref(struct infer_context *ctx, oid type, int32_t typmod)
{
    const struct builtin_type *row = builtin_type(type);
    if (row) return builtin_ref(ctx->arena, row, typmod);
    return catalog_type_ref(ctx->arena, ctx->catalog, type, typmod);
}

/* ---- names ---- */

static oid find_in_schema(struct infer_context *ctx, str schema, str name)
{
    if (str_eq(schema, STR("pg_catalog"))) {
        const struct builtin_type *row = builtin_type_named(name);
        return row && row->oid != CITEXTOID ? row->oid : OID_NONE;
    }
    const struct cat_schema *found =
        ctx->catalog ? catalog_schema_find(ctx->catalog, schema) : NULL;
    const struct cat_type *type = found ? catalog_type_find(ctx->catalog, found->oid, name) : NULL;
    return type ? type->oid : OID_NONE;
}

static oid find_type(struct infer_context *ctx, str schema, str name)
{
    if (!str_empty(schema)) return find_in_schema(ctx, schema, name);
    const struct builtin_type *row = builtin_type_named(name);
    if (row) return row->oid; /* citext too: its extension is built in, wherever it was put */
    for (size_t i = 0; i < ctx->search_path_count; i++) {
        oid found = find_in_schema(ctx, ctx->search_path[i], name);
        if (found) return found;
    }
    return OID_NONE;
}

/* The dotted name as it was written, for messages. */
static str dotted(struct infer_context *ctx, const struct list *names)
{
    str *parts = ARENA_ARRAY(ctx->arena, str, names->count);
    for (size_t i = 0; i < names->count; i++) parts[i] = ast_name_at(names, i);
    return str_join(ctx->arena, parts, names->count, STR("."));
}

static const struct cat_relation *find_relation(struct infer_context *ctx, str schema, str name)
{
    if (!ctx->catalog) return NULL;
    if (!str_empty(schema)) {
        const struct cat_schema *found = catalog_schema_find(ctx->catalog, schema);
        return found ? catalog_relation_find(ctx->catalog, found->oid, name) : NULL;
    }
    for (size_t i = 0; i < ctx->search_path_count; i++) {
        const struct cat_relation *relation = find_relation(ctx, ctx->search_path[i], name);
        if (relation) return relation;
    }
    return NULL;
}

/* table.column%TYPE */
static err percent_type(struct infer_context *ctx,
                        const struct TypeName *name,
                        oid *type,
                        int32_t *typmod)
{
    size_t count = name->names->count;
    int32_t at = name->base.location;
    if (count < 2 || count > 3) {
        str text = dotted(ctx, name->names);
        return err_at(err_sql(ctx->arena, "42601",
                              "improper %%TYPE reference (too %s dotted names): %.*s",
                              count < 2 ? "few" : "many", STR_FMT(text)),
                      at);
    }
    str schema = count == 3 ? ast_name_at(name->names, 0) : STR_NONE;
    str table = ast_name_at(name->names, count - 2);
    str column = ast_name_at(name->names, count - 1);
    const struct cat_relation *relation = find_relation(ctx, schema, table);
    if (!relation) {
        return err_at(
            err_sql(ctx->arena, "42P01", "relation \"%.*s\" does not exist", STR_FMT(table)), at);
    }
    const struct cat_column *found = cat_column_find(relation, column);
    if (!found) {
        return err_at(err_sql(ctx->arena, "42703",
                              "column \"%.*s\" of relation \"%.*s\" does not exist",
                              STR_FMT(column), STR_FMT(table)),
                      at);
    }
    *type = found->type;
    *typmod = found->typmod;
    return NULL;
}

/* ---- modifiers ---- */

enum { TYPMODS_MAX = 2, NUMERIC_PRECISION_MAX = 1000, VARCHAR_MAX = 10485760 };

static err read_typmods(struct infer_context *ctx,
                        const struct TypeName *name,
                        int32_t *mods,
                        size_t *count)
{
    *count = name->typmods->count;
    if (*count > TYPMODS_MAX) {
        return err_at(err_sql(ctx->arena, "42601", "invalid type modifier"), name->base.location);
    }
    for (size_t i = 0; i < *count; i++) {
        const struct node *item = name->typmods->at[i];
        bool whole = AST_IS(A_Const, item) && AST_AS(A_Const, item)->val == A_CONST_INTEGER;
        if (!whole) {
            return err_at(err_sql(ctx->arena, "42601",
                                  "type modifiers must be simple constants or identifiers"),
                          name->base.location);
        }
        mods[i] = (int32_t)AST_AS(A_Const, item)->ival;
    }
    return NULL;
}

static err bits_typmod(
    struct infer_context *ctx, const char *what, const int32_t *mods, size_t count, int32_t *out)
{
    enum { BITS_A_TYPE_MAX = 83886080 };
    if (count != 1) return err_sql(ctx->arena, "22023", "invalid type modifier");
    if (mods[0] < 1) {
        return err_sql(ctx->arena, "22023", "length for type %s must be at least 1", what);
    }
    if (mods[0] > BITS_A_TYPE_MAX) {
        return err_sql(ctx->arena, "22023", "length for type %s cannot exceed %d", what,
                       (int)BITS_A_TYPE_MAX);
    }
    *out = mods[0];
    return NULL;
}

static err length_typmod(
    struct infer_context *ctx, const char *what, const int32_t *mods, size_t count, int32_t *out)
{
    if (count != 1) return err_sql(ctx->arena, "22023", "invalid type modifier");
    if (mods[0] < 1) {
        return err_sql(ctx->arena, "22023", "length for type %s must be at least 1", what);
    }
    if (mods[0] > VARCHAR_MAX) {
        return err_sql(ctx->arena, "22023", "length for type %s cannot exceed %d", what,
                       VARCHAR_MAX);
    }
    *out = typmod_length(mods[0]);
    return NULL;
}

static err numeric_typmod(struct infer_context *ctx,
                          const int32_t *mods,
                          size_t count,
                          int32_t *out)
{
    int32_t scale = count == 2 ? mods[1] : 0;
    if (mods[0] < 1 || mods[0] > NUMERIC_PRECISION_MAX) {
        return err_sql(ctx->arena, "22023", "NUMERIC precision %d must be between 1 and %d",
                       mods[0], NUMERIC_PRECISION_MAX);
    }
    if (scale < -1000 || scale > 1000) {
        return err_sql(ctx->arena, "22023", "NUMERIC scale %d must be between -1000 and 1000",
                       scale);
    }
    *out = typmod_numeric(mods[0], scale);
    return NULL;
}

static err pack_typmod(struct infer_context *ctx,
                       oid type,
                       str written,
                       const int32_t *mods,
                       size_t count,
                       int32_t *out)
{
    switch (type) {
    case VARCHAROID: return length_typmod(ctx, "varchar", mods, count, out);
    case BPCHAROID: return length_typmod(ctx, "char", mods, count, out);
    case BITOID: return bits_typmod(ctx, "bit", mods, count, out);
    case VARBITOID: return bits_typmod(ctx, "varbit", mods, count, out);
    case NUMERICOID: return numeric_typmod(ctx, mods, count, out);
    case TIMEOID:
    case TIMETZOID:
    case TIMESTAMPOID:
    case TIMESTAMPTZOID:
        if (count != 1) return err_sql(ctx->arena, "22023", "invalid type modifier");
        if (mods[0] < 0) {
            return err_sql(ctx->arena, "22023", "precision of a timestamp must not be negative: %d",
                           mods[0]);
        }
        *out = mods[0] > 6 ? 6 : mods[0];
        return NULL;
    case INTERVALOID: {
        /* INTERVAL_TYPMOD(precision, range), timestamp.h */
        int32_t precision = count == 2 ? mods[1] : 0xffff;
        *out = (int32_t)(((uint32_t)mods[0] & 0x7fffu) << 16 | ((uint32_t)precision & 0xffffu));
        return NULL;
    }
    default: /* not an enum: every other type takes none */
        return err_sql(ctx->arena, "42601", "type modifier is not allowed for type \"%.*s\"",
                       STR_FMT(written));
    }
}

err infer_type_name(struct infer_context *ctx,
                    const struct TypeName *name,
                    oid *type,
                    int32_t *typmod)
{
    oid found = OID_NONE;
    *typmod = TYPMOD_NONE;
    if (name->pct_type) {
        TRY(percent_type(ctx, name, &found, typmod));
    } else {
        size_t count = name->names->count;
        str schema = count > 1 ? ast_name_at(name->names, count - 2) : STR_NONE;
        if (count > 1 && !catalog_schema_find(ctx->catalog, schema))
            return err_at(
                err_sql(ctx->arena, "3F000", "schema \"%.*s\" does not exist", STR_FMT(schema)),
                name->base.location);
        found = find_type(ctx, schema, ast_name_at(name->names, count - 1));
    }
    if (!found) {
        return err_at(err_sql(ctx->arena, "42704", "type \"%.*s\" does not exist",
                              STR_FMT(dotted(ctx, name->names))),
                      name->base.location);
    }
    if (name->typmods->count) {
        int32_t mods[TYPMODS_MAX] = {0};
        size_t count = 0;
        TRY(read_typmods(ctx, name, mods, &count));
        str written = ast_name_at(name->names, name->names->count - 1);
        TRY(infer_locate(ctx, pack_typmod(ctx, found, written, mods, count, typmod),
                         name->base.location));
    } else if (name->typemod >= 0) {
        *typmod = (int32_t)name->typemod;
    }
    if (name->arrayBounds->count) {
        oid array = infer_array_type(ctx, found);
        if (!array && infer_element_type(ctx, found)) array = found;
        if (!array) {
            return err_at(err_sql(ctx->arena, "42704",
                                  "could not find array type for data type %.*s",
                                  STR_FMT(infer_type_text(ctx, found, -1))),
                          name->base.location);
        }
        found = array;
    }
    *type = found;
    return NULL;
}

/* ---- reg* literals ---- */

err infer_reg_literal(struct infer_context *ctx, str text, oid type, int32_t location, int64_t *out)
{
    const struct reg_scope scope = {ctx->catalog, ctx->search_path, ctx->search_path_count};
    oid found = OID_NONE;
    if (!ctx->catalog) return infer_unsupported(ctx, location, "a name of the catalog");
    TRY(infer_locate(ctx, reg_find(ctx->arena, &scope, type, text, &found), location));
    *out = found;
    return NULL;
}
