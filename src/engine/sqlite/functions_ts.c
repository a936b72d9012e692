/* Full text: documents, queries, matching, rank. Configurations come as PostgreSQL's oids. */
#include "base/json.h"
#include "base/vec.h"
#include "engine/sqlite/functions_int.h"
#include "sql/builtin.h"
#include "types/array.h"
#include "types/float.h"
#include "types/trigram.h"
#include "types/ts_config.h"

static err text_out(struct value *out, str text)
{
    *out = value_text(text);
    return NULL;
}

static str *start_text(struct value *out)
{
    *out = value_text(STR_NONE);
    return &out->s;
}

struct words {
    VEC(str);
};

/* The elements of a text[]; NULLs are refused where PostgreSQL does. */
static err array_words(struct function_call *call, size_t index, bool nulls, struct words *out)
{
    struct array_iter iter = array_iter(arg_text(call, index));
    str item;
    *out = (struct words){0};
    while (array_next(&iter, &item)) {
        struct value value = array_read_item(call->arena, type_plain(TYPE_TEXT), item);
        if (value.kind == VALUE_NULL && !nulls)
            return err_sql(call->arena, "22004", "lexeme array may not contain nulls");
        if (value.kind != VALUE_NULL) *VEC_ADD(call->arena, out) = value.s;
    }
    return NULL;
}

static str words_array(struct arena *arena, const str *words, size_t count)
{
    struct buf *out = buf_in(arena, 0);
    struct value *values = ARENA_ARRAY(arena, struct value, count);
    for (size_t i = 0; i < count; i++) values[i] = value_text(words[i]);
    array_write_items(out, type_plain(TYPE_TEXT), values, count);
    return buf_str(out);
}

/* ---- configurations ---- */

/* default_text_search_config of the session; english where it says nothing, as PostgreSQL's initdb does
 * with a locale that names no language. */
static err current_config(struct function_call *call, uint32_t *out)
{
    struct sqlite_session *session = call->session;
    str name;
    *out = TS_CONFIG_ENGLISH;
    if (!session->hooks || !session->hooks->setting ||
        !session->hooks->setting(session, STR("default_text_search_config"), &name))
        return NULL;
    if (str_starts(name, STR("pg_catalog."))) name = str_skip(name, 11);
    *out = ts_config_named(name);
    if (*out) return NULL;
    return err_sql(call->arena, "42704", "text search configuration \"%.*s\" does not exist",
                   STR_FMT(name));
}

/* Of functions that come with a configuration first, and without. *rest: the first argument behind it. */
static err config_of(struct function_call *call, size_t without, uint32_t *config, size_t *rest)
{
    *rest = call->count > without;
    if (!*rest) return current_config(call, config);
    *config = (uint32_t)arg_int(call, 0);
    return NULL;
}

static err run_current_config(struct function_call *call, struct value *out)
{
    uint32_t config;
    TRY(current_config(call, &config));
    *out = value_int(config);
    return NULL;
}

/* ---- documents ---- */

static err run_to_vector(struct function_call *call, struct value *out)
{
    uint32_t config;
    size_t rest;
    TRY(config_of(call, 1, &config, &rest));
    return ts_to_vector(call->arena, config, arg_text(call, rest), start_text(out));
}

/* tsvector_update_trigger: one document of several texts, NULLs among them. */
static err run_texts(struct function_call *call, struct value *out)
{
    struct words texts;
    struct ts_document *document;
    TRY(array_words(call, 1, true, &texts));
    TRY(ts_document_new(call->arena, (uint32_t)arg_int(call, 0), &document));
    for (size_t i = 0; i < texts.count; i++) ts_document_add(document, texts.at[i], false);
    return ts_document_vector(document, start_text(out));
}

/* What tsvector_update_trigger asks of a column: "tsvector", "regconfig", "text" (what is stored as one), "other";
 * NULL: there is none. */
static err run_field_kind(struct function_call *call, struct value *out)
{
    const struct catalog *catalog = call->session->catalog;
    const struct cat_relation *relation = catalog_relation(catalog, (oid)arg_int(call, 0));
    const struct cat_column *column =
        relation ? cat_column_find(relation, arg_text(call, 1)) : NULL;
    const struct cat_type *type = column ? catalog_type(catalog, column->type) : NULL;
    while (type && type->kind == TYPE_KIND_DOMAIN) type = catalog_type(catalog, type->base);
    if (!type) return NULL;
    bool text = type->oid == TEXTOID || type->oid == VARCHAROID || type->oid == CITEXTOID;
    *out = value_text(text                        ? STR("text")
                      : type->oid == TSVECTOROID  ? STR("tsvector")
                      : type->oid == REGCONFIGOID ? STR("regconfig")
                                                  : STR("other"));
    return NULL;
}

static err run_json_strings(struct function_call *call, struct value *out)
{
    uint32_t config;
    size_t rest;
    TRY(config_of(call, 1, &config, &rest));
    return ts_json_to_vector(call->arena, config, arg_text(call, rest), TS_JSON_STRING,
                             start_text(out));
}

static err json_part(struct function_call *call, const struct json *flag, unsigned *parts)
{
    static const struct {
        str name;
        unsigned part;
    } names[] = {
        {STR_INIT("all"),     TS_JSON_ALL    },
        {STR_INIT("boolean"), TS_JSON_BOOLEAN},
        {STR_INIT("key"),     TS_JSON_KEY    },
        {STR_INIT("numeric"), TS_JSON_NUMERIC},
        {STR_INIT("string"),  TS_JSON_STRING },
    };
    if (flag->kind == JSON_ARRAY || flag->kind == JSON_OBJECT) /* PostgreSQL's own failure */
        return err_sql(call->arena, "XX000", "unexpected end of flag array");
    if (flag->kind != JSON_STRING) {
        return err_hint(call->arena,
                        err_sql(call->arena, "22023", "flag array element is not a string"),
                        "Possible values are: \"string\", \"numeric\", \"boolean\", \"key\", and "
                        "\"all\".");
    }
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        if (!str_eq_nocase(names[i].name, flag->text)) continue;
        *parts |= names[i].part;
        return NULL;
    }
    return err_hint(
        call->arena,
        err_sql(call->arena, "22023", "wrong flag in flag array: \"%.*s\"", STR_FMT(flag->text)),
        "Possible values are: \"string\", \"numeric\", \"boolean\", \"key\", and "
        "\"all\".");
}

static err json_parts(struct function_call *call, str filter, unsigned *parts)
{
    const struct json *value;
    *parts = 0;
    TRY(json_parse(call->arena, filter, NULL, &value));
    if (value->kind == JSON_OBJECT)
        return err_sql(call->arena, "22023",
                       "wrong flag type, only arrays and scalars are allowed");
    if (value->kind != JSON_ARRAY) return json_part(call, value, parts);
    for (size_t i = 0; i < value->count; i++) TRY(json_part(call, value->items[i], parts));
    return NULL;
}

static err run_json_parts(struct function_call *call, struct value *out)
{
    uint32_t config;
    size_t rest;
    unsigned parts;
    TRY(config_of(call, 2, &config, &rest));
    TRY(json_parts(call, arg_text(call, rest + 1), &parts));
    return ts_json_to_vector(call->arena, config, arg_text(call, rest), parts, start_text(out));
}

/* ---- vectors ---- */

static err run_concat(struct function_call *call, struct value *out)
{
    return tsvector_concat(call->arena, arg_text(call, 0), arg_text(call, 1), start_text(out));
}

static err run_strip(struct function_call *call, struct value *out)
{
    return text_out(out, tsvector_strip(call->arena, arg_text(call, 0)));
}

static err run_length(struct function_call *call, struct value *out)
{
    *out = value_int((int64_t)tsvector_read(call->arena, arg_text(call, 0)).count);
    return NULL;
}

static err weight_of(struct function_call *call, str letter, uint8_t *out)
{
    char c = letter.len ? letter.at[0] : '\0';
    if (ts_weight(c, out)) return NULL;
    return err_sql(call->arena, "22023", "unrecognized weight: %d", c);
}

static err run_set_weight(struct function_call *call, struct value *out)
{
    uint8_t weight = 0;
    struct words only = {0};
    char c = arg_text(call, 1).len ? arg_text(call, 1).at[0] : '\0';
    if (!ts_weight(c, &weight)) /* PostgreSQL gives it no SQLSTATE of its own */
        return err_sql(call->arena, "XX000", "unrecognized weight: %d", c);
    if (call->count > 2) TRY(array_words(call, 2, true, &only));
    const str *words = call->count > 2 ? (only.at ? only.at : &(const str){NULL, 0}) : NULL;
    return text_out(out,
                    tsvector_set_weight(call->arena, arg_text(call, 0), weight, words, only.count));
}

static err run_delete_word(struct function_call *call, struct value *out)
{
    str word = arg_text(call, 1);
    return text_out(out, tsvector_delete(call->arena, arg_text(call, 0), &word, 1));
}

static err run_delete_words(struct function_call *call, struct value *out)
{
    struct words words;
    TRY(array_words(call, 1, true, &words));
    return text_out(out, tsvector_delete(call->arena, arg_text(call, 0), words.at, words.count));
}

static err run_filter(struct function_call *call, struct value *out)
{
    struct array_iter iter = array_iter(arg_text(call, 1));
    unsigned weights = 0;
    str item;
    while (array_next(&iter, &item)) {
        struct value value = array_read_item(call->arena, type_plain(TYPE_TEXT), item);
        uint8_t weight;
        if (value.kind == VALUE_NULL)
            return err_sql(call->arena, "22004", "weight array may not contain nulls");
        TRY(weight_of(call, value.s, &weight));
        weights |= 1u << weight;
    }
    return text_out(out, tsvector_filter(call->arena, arg_text(call, 0), weights));
}

static err run_to_array(struct function_call *call, struct value *out)
{
    struct tsvector vector = tsvector_read(call->arena, arg_text(call, 0));
    str *words = ARENA_ARRAY(call->arena, str, vector.count);
    for (size_t i = 0; i < vector.count; i++) words[i] = vector.lexemes[i].word;
    return text_out(out, words_array(call->arena, words, vector.count));
}

static err run_of_array(struct function_call *call, struct value *out)
{
    struct words words;
    struct tsvector vector;
    TRY(array_words(call, 0, false, &words));
    struct ts_lexeme *lexemes = ARENA_ARRAY(call->arena, struct ts_lexeme, words.count);
    for (size_t i = 0; i < words.count; i++) {
        lexemes[i].word = words.at[i];
        if (str_empty(words.at[i]))
            return err_sql(call->arena, "2200F", "lexeme array may not contain empty strings");
    }
    TRY(tsvector_make(call->arena, lexemes, words.count, &vector));
    struct buf *text = buf_in(call->arena, 0);
    tsvector_write(text, &vector);
    return text_out(out, buf_str(text));
}

/* ---- queries ---- */

static err run_to_query(struct function_call *call, struct value *out)
{
    uint32_t config;
    size_t rest;
    TRY(config_of(call, 1, &config, &rest));
    return ts_to_query(call->arena, config, (enum ts_query_form)call->row->with,
                       arg_text(call, rest), start_text(out));
}

/* A query without words on one side leaves the other. */
static err join_queries(struct function_call *call,
                        enum ts_node_kind kind,
                        unsigned distance,
                        struct value *out)
{
    struct ts_node *left = tsquery_read(call->arena, arg_text(call, 0));
    struct ts_node *right = tsquery_read(call->arena, arg_text(call, 1)), *joined;
    if (!left || !right) return text_out(out, arg_text(call, left ? 0 : 1));
    TRY(ts_node_join(call->arena, kind, distance, left, right, &joined));
    return text_out(out, tsquery_stored(call->arena, joined));
}

static err run_join(struct function_call *call, struct value *out)
{
    return join_queries(call, (enum ts_node_kind)call->row->with, 0, out);
}

static err run_phrase(struct function_call *call, struct value *out)
{
    int64_t distance = call->count > 2 ? arg_int(call, 2) : 1;
    if (distance < 0 || distance > TS_POSITION_MAX + 1) {
        return err_sql(call->arena, "22023",
                       "distance in phrase operator must be an integer value between zero and %d "
                       "inclusive",
                       TS_POSITION_MAX + 1);
    }
    return join_queries(call, TS_PHRASE, (unsigned)distance, out);
}

static err run_not(struct function_call *call, struct value *out)
{
    struct ts_node *node = tsquery_read(call->arena, arg_text(call, 0)), *inverse;
    if (!node) return text_out(out, arg_text(call, 0));
    TRY(ts_node_join(call->arena, TS_NOT, 0, NULL, node, &inverse));
    return text_out(out, tsquery_stored(call->arena, inverse));
}

static err run_node_count(struct function_call *call, struct value *out)
{
    *out = value_int((int64_t)ts_node_count(tsquery_read(call->arena, arg_text(call, 0))));
    return NULL;
}

static err run_tree(struct function_call *call, struct value *out)
{
    return text_out(out, tsquery_tree(call->arena, arg_text(call, 0)));
}

enum { CONTAINS, CONTAINED };

static err run_contains(struct function_call *call, struct value *out)
{
    size_t whole = call->row->with == CONTAINS ? 0 : 1;
    *out = value_int(tsquery_contains(arg_text(call, whole), arg_text(call, 1 - whole)));
    return NULL;
}

/* ---- matching ---- */

enum { VECTOR_QUERY, QUERY_VECTOR };

static err run_match(struct function_call *call, struct value *out)
{
    size_t vector = call->row->with == VECTOR_QUERY ? 0 : 1;
    bool matches;
    TRY(ts_match(call->arena, arg_text(call, vector), arg_text(call, 1 - vector), &matches));
    *out = value_int(matches);
    return NULL;
}

enum { TEXT_QUERY, TEXT_TEXT };

static err run_match_text(struct function_call *call, struct value *out)
{
    uint32_t config;
    str vector, query = arg_text(call, 1);
    bool matches;
    TRY(current_config(call, &config));
    TRY(ts_to_vector(call->arena, config, arg_text(call, 0), &vector));
    if (call->row->with == TEXT_TEXT)
        TRY(ts_to_query(call->arena, config, TS_QUERY_PLAIN, query, &query));
    TRY(ts_match(call->arena, vector, query, &matches));
    *out = value_int(matches);
    return NULL;
}

/* ---- rank ---- */

static err read_weights(struct function_call *call, struct ts_ranking *ranking)
{
    str array = arg_text(call, 0);
    if (array_dimensions(array) != 1)
        return err_sql(call->arena, "2202E", "array of weight must be one-dimensional");
    if (array_cardinality(array) < 4)
        return err_sql(call->arena, "2202E", "array of weight is too short");
    struct array_iter iter = array_iter(array);
    str item;
    for (size_t i = 0; array_next(&iter, &item); i++) {
        struct value value = array_read_item(call->arena, type_plain(TYPE_FLOAT4), item);
        if (value.kind == VALUE_NULL)
            return err_sql(call->arena, "22004", "array of weight must not contain nulls");
        double weight = value.kind == VALUE_INT ? (double)value.i : value.r;
        if (i >= COUNT_OF(ranking->weights)) continue;
        if (weight >= 0) ranking->weights[i] = (float)weight;
        if (ranking->weights[i] > 1.0f) return err_sql(call->arena, "22023", "weight out of range");
    }
    return NULL;
}

enum { RANK, RANK_COVERS };

/* ([weights,] vector, query [, method]) */
static err run_rank(struct function_call *call, bool weighted, bool covers, struct value *out)
{
    struct ts_ranking ranking = ts_ranking_plain();
    size_t at = weighted;
    if (weighted) TRY(read_weights(call, &ranking));
    if (call->count > at + 2) ranking.method = (int)arg_int(call, at + 2);
    ranking.cover_density = covers;
    float rank = ts_rank(call->arena, &ranking, arg_text(call, at), arg_text(call, at + 1));
    *out = value_real((double)rank);
    return NULL;
}

static err run_rank_plain(struct function_call *call, struct value *out)
{
    return run_rank(call, false, call->row->with == RANK_COVERS, out);
}

static err run_rank_weighted(struct function_call *call, struct value *out)
{
    return run_rank(call, true, call->row->with == RANK_COVERS, out);
}

/* ---- dictionaries ---- */

static err run_lexize(struct function_call *call, struct value *out)
{
    str lexeme;
    bool stop;
    TRY(ts_lexize(call->arena, (uint32_t)arg_int(call, 0), arg_text(call, 1), &lexeme, &stop));
    return text_out(out, words_array(call->arena, &lexeme, stop ? 0 : 1));
}

/* ---- trigrams ---- */

enum { SIMILARITY, DISTANCE };

static err run_similarity(struct function_call *call, struct value *out)
{
    float alike = trigram_similarity(call->arena, arg_text(call, 0), arg_text(call, 1));
    *out = value_real(call->row->with == SIMILARITY ? (double)alike : (double)(1.0f - alike));
    return NULL;
}

/* pg_trgm.similarity_threshold; 0.3 where the session says nothing. */
static err threshold(struct function_call *call, double *out)
{
    struct sqlite_session *session = call->session;
    str text;
    *out = (double)0.3f;
    if (!session->hooks || !session->hooks->setting ||
        !session->hooks->setting(session, STR("pg_trgm.similarity_threshold"), &text))
        return NULL;
    return float8_parse(call->arena, text, out);
}

static err run_is_similar(struct function_call *call, struct value *out)
{
    double least;
    TRY(threshold(call, &least));
    float alike = trigram_similarity(call->arena, arg_text(call, 0), arg_text(call, 1));
    *out = value_int(alike >= (float)least);
    return NULL;
}

static err run_show_trigrams(struct function_call *call, struct value *out)
{
    struct trigrams found = trigrams_of(call->arena, arg_text(call, 0));
    str *texts = ARENA_ARRAY(call->arena, str, found.count);
    for (size_t i = 0; i < found.count; i++) texts[i] = trigram_text(call->arena, &found.at[i]);
    return text_out(out, words_array(call->arena, texts, found.count));
}

/* ---- the table ---- */

static const struct function_row rows[] = {
    {"get_current_ts_config",         0, SHAPE_NONE, FN_VOLATILE, run_current_config, 0                 },
    {"to_tsvector",                   1, SHAPE_NONE, FN_STRICT,   run_to_vector,      0                 },
    {"to_tsvector_byid",              2, SHAPE_NONE, FN_STRICT,   run_to_vector,      0                 },
    {"dapur_texts_to_tsvector",       2, SHAPE_NONE, FN_STRICT,   run_texts,          0                 },
    {"dapur_trigger_field_kind",      2, SHAPE_NONE, FN_STRICT,   run_field_kind,     0                 },
    {"json_string_to_tsvector",       1, SHAPE_NONE, FN_STRICT,   run_json_strings,   0                 },
    {"json_string_to_tsvector_byid",  2, SHAPE_NONE, FN_STRICT,   run_json_strings,   0                 },
    {"jsonb_string_to_tsvector",      1, SHAPE_NONE, FN_STRICT,   run_json_strings,   0                 },
    {"jsonb_string_to_tsvector_byid", 2, SHAPE_NONE, FN_STRICT,   run_json_strings,   0                 },
    {"json_to_tsvector",              2, SHAPE_NONE, FN_STRICT,   run_json_parts,     0                 },
    {"json_to_tsvector_byid",         3, SHAPE_NONE, FN_STRICT,   run_json_parts,     0                 },
    {"jsonb_to_tsvector",             2, SHAPE_NONE, FN_STRICT,   run_json_parts,     0                 },
    {"jsonb_to_tsvector_byid",        3, SHAPE_NONE, FN_STRICT,   run_json_parts,     0                 },
    {"tsvector_concat",               2, SHAPE_NONE, FN_STRICT,   run_concat,         0                 },
    {"tsvector_strip",                1, SHAPE_NONE, FN_STRICT,   run_strip,          0                 },
    {"tsvector_length",               1, SHAPE_NONE, FN_STRICT,   run_length,         0                 },
    {"tsvector_setweight",            2, SHAPE_NONE, FN_STRICT,   run_set_weight,     0                 },
    {"tsvector_setweight_by_filter",  3, SHAPE_NONE, FN_STRICT,   run_set_weight,     0                 },
    {"tsvector_delete_str",           2, SHAPE_NONE, FN_STRICT,   run_delete_word,    0                 },
    {"tsvector_delete_arr",           2, SHAPE_NONE, FN_STRICT,   run_delete_words,   0                 },
    {"tsvector_filter",               2, SHAPE_NONE, FN_STRICT,   run_filter,         0                 },
    {"tsvector_to_array",             1, SHAPE_NONE, FN_STRICT,   run_to_array,       0                 },
    {"array_to_tsvector",             1, SHAPE_NONE, FN_STRICT,   run_of_array,       0                 },
    {"to_tsquery",                    1, SHAPE_NONE, FN_STRICT,   run_to_query,       TS_QUERY_OPERATORS},
    {"to_tsquery_byid",               2, SHAPE_NONE, FN_STRICT,   run_to_query,       TS_QUERY_OPERATORS},
    {"plainto_tsquery",               1, SHAPE_NONE, FN_STRICT,   run_to_query,       TS_QUERY_PLAIN    },
    {"plainto_tsquery_byid",          2, SHAPE_NONE, FN_STRICT,   run_to_query,       TS_QUERY_PLAIN    },
    {"phraseto_tsquery",              1, SHAPE_NONE, FN_STRICT,   run_to_query,       TS_QUERY_PHRASE   },
    {"phraseto_tsquery_byid",         2, SHAPE_NONE, FN_STRICT,   run_to_query,       TS_QUERY_PHRASE   },
    {"websearch_to_tsquery",          1, SHAPE_NONE, FN_STRICT,   run_to_query,       TS_QUERY_WEB      },
    {"websearch_to_tsquery_byid",     2, SHAPE_NONE, FN_STRICT,   run_to_query,       TS_QUERY_WEB      },
    {"tsquery_and",                   2, SHAPE_NONE, FN_STRICT,   run_join,           TS_AND            },
    {"tsquery_or",                    2, SHAPE_NONE, FN_STRICT,   run_join,           TS_OR             },
    {"tsquery_phrase",                2, SHAPE_NONE, FN_STRICT,   run_phrase,         0                 },
    {"tsquery_phrase_distance",       3, SHAPE_NONE, FN_STRICT,   run_phrase,         0                 },
    {"tsquery_not",                   1, SHAPE_NONE, FN_STRICT,   run_not,            0                 },
    {"tsquery_numnode",               1, SHAPE_NONE, FN_STRICT,   run_node_count,     0                 },
    {"tsquerytree",                   1, SHAPE_NONE, FN_STRICT,   run_tree,           0                 },
    {"tsq_mcontains",                 2, SHAPE_NONE, FN_STRICT,   run_contains,       CONTAINS          },
    {"tsq_mcontained",                2, SHAPE_NONE, FN_STRICT,   run_contains,       CONTAINED         },
    {"ts_match_vq",                   2, SHAPE_NONE, FN_STRICT,   run_match,          VECTOR_QUERY      },
    {"ts_match_qv",                   2, SHAPE_NONE, FN_STRICT,   run_match,          QUERY_VECTOR      },
    {"ts_match_tq",                   2, SHAPE_NONE, FN_STRICT,   run_match_text,     TEXT_QUERY        },
    {"ts_match_tt",                   2, SHAPE_NONE, FN_STRICT,   run_match_text,     TEXT_TEXT         },
    {"ts_rank_tt",                    2, SHAPE_NONE, FN_STRICT,   run_rank_plain,     RANK              },
    {"ts_rank_ttf",                   3, SHAPE_NONE, FN_STRICT,   run_rank_plain,     RANK              },
    {"ts_rank_wtt",                   3, SHAPE_NONE, FN_STRICT,   run_rank_weighted,  RANK              },
    {"ts_rank_wttf",                  4, SHAPE_NONE, FN_STRICT,   run_rank_weighted,  RANK              },
    {"ts_rankcd_tt",                  2, SHAPE_NONE, FN_STRICT,   run_rank_plain,     RANK_COVERS       },
    {"ts_rankcd_ttf",                 3, SHAPE_NONE, FN_STRICT,   run_rank_plain,     RANK_COVERS       },
    {"ts_rankcd_wtt",                 3, SHAPE_NONE, FN_STRICT,   run_rank_weighted,  RANK_COVERS       },
    {"ts_rankcd_wttf",                4, SHAPE_NONE, FN_STRICT,   run_rank_weighted,  RANK_COVERS       },
    {"ts_lexize",                     2, SHAPE_NONE, FN_STRICT,   run_lexize,         0                 },
    {"similarity",                    2, SHAPE_NONE, FN_STRICT,   run_similarity,     SIMILARITY        },
    {"similarity_dist",               2, SHAPE_NONE, FN_STRICT,   run_similarity,     DISTANCE          },
    {"similarity_op",                 2, SHAPE_NONE, FN_STRICT,   run_is_similar,     0                 },
    {"show_trgm",                     1, SHAPE_NONE, FN_STRICT,   run_show_trigrams,  0                 },
};

const struct function_table functions_ts = {rows, COUNT_OF(rows)};
