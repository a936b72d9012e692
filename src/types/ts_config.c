/* Configurations, dictionaries, documents and the queries that are made with them. */
#include "types/ts_config.h"

#include <libstemmer.h>
#include <stdlib.h>
#include <string.h>

#include "base/cost.h"
#include "base/json.h"
#include "base/vec.h"
#include "types/text.h"
#include "types/ts_parser.h"

/* ---- tables ---- */

struct language {
    uint32_t config;
    uint32_t dictionary;
    str name;
    bool latin_is_english; /* ASCII words are stemmed as English ones */
};

/* In order of name. */
static const struct language languages[] = {
#define LANGUAGE(config, name, latin_is_english) \
    {config, (config)-1, STR_INIT(name), latin_is_english},
    LANGUAGE(13152, "arabic", false) LANGUAGE(13154, "armenian", false) LANGUAGE(
        13156, "basque", false) LANGUAGE(13158, "catalan", false) LANGUAGE(13160, "danish", false)
        LANGUAGE(13162, "dutch", false) LANGUAGE(13164, "english", false)
            LANGUAGE(13166, "finnish", false) LANGUAGE(13168, "french", false)
                LANGUAGE(13170, "german", false) LANGUAGE(13172, "greek", false)
                    LANGUAGE(13174, "hindi", true) LANGUAGE(13176, "hungarian", false)
                        LANGUAGE(13178, "indonesian", false) LANGUAGE(13180, "irish", false)
                            LANGUAGE(13182, "italian", false) LANGUAGE(13184, "lithuanian", false)
                                LANGUAGE(13186, "nepali", false) LANGUAGE(13188, "norwegian", false)
                                    LANGUAGE(13190, "portuguese", false) LANGUAGE(
                                        13192, "romanian", false) LANGUAGE(13194, "russian", true)
                                        LANGUAGE(13196, "serbian", false)
                                            LANGUAGE(13198, "spanish", false)
                                                LANGUAGE(13200, "swedish", false)
                                                    LANGUAGE(13202, "tamil", false)
                                                        LANGUAGE(13204, "turkish", false)
                                                            LANGUAGE(13206, "yiddish", false)
#undef LANGUAGE
};

static const struct stop_list {
    str language;
    str words; /* each between two blanks */
} stop_lists[] = {
#define STOP(language, words) {STR_INIT(language), STR_INIT(words)},
#include "types/ts_stopwords.def"
#undef STOP
};

static const struct language *language_of(uint32_t config)
{
    for (size_t i = 0; i < COUNT_OF(languages); i++)
        if (languages[i].config == config) return &languages[i];
    return NULL;
}

uint32_t ts_config_named(str name)
{
    if (str_eq(name, STR("simple"))) return TS_CONFIG_SIMPLE;
    for (size_t i = 0; i < COUNT_OF(languages); i++)
        if (str_eq(languages[i].name, name)) return languages[i].config;
    return 0;
}

str ts_config_name(uint32_t config)
{
    if (config == TS_CONFIG_SIMPLE) return STR("simple");
    const struct language *language = language_of(config);
    return language ? language->name : STR_NONE;
}

uint32_t ts_dictionary_named(str name)
{
    if (str_eq(name, STR("simple"))) return TS_DICTIONARY_SIMPLE;
    if (!str_ends(name, STR("_stem"))) return 0;
    uint32_t config = ts_config_named(str_slice(name, 0, name.len - 5));
    return config && config != TS_CONFIG_SIMPLE ? config - 1 : 0;
}

str ts_dictionary_name(uint32_t dictionary)
{
    /* Names with static life: one a language. */
    static const str names[] = {
#define NAME(name) STR_INIT(name "_stem"),
        NAME("arabic") NAME("armenian") NAME("basque") NAME("catalan") NAME("danish") NAME("dutch")
            NAME("english") NAME("finnish") NAME("french") NAME("german") NAME("greek")
                NAME("hindi") NAME("hungarian") NAME("indonesian") NAME("irish") NAME("italian")
                    NAME("lithuanian") NAME("nepali") NAME("norwegian") NAME("portuguese")
                        NAME("romanian") NAME("russian") NAME("serbian") NAME("spanish")
                            NAME("swedish") NAME("tamil") NAME("turkish") NAME("yiddish")
#undef NAME
    };
    if (dictionary == TS_DICTIONARY_SIMPLE) return STR("simple");
    for (size_t i = 0; i < COUNT_OF(languages); i++)
        if (languages[i].dictionary == dictionary) return names[i];
    return STR_NONE;
}

static const struct stop_list *stop_list_of(str language)
{
    for (size_t i = 0; i < COUNT_OF(stop_lists); i++)
        if (str_eq(stop_lists[i].language, language)) return &stop_lists[i];
    return NULL;
}

/* ---- dictionaries ---- */

struct dictionary {
    struct sb_stemmer *stemmer; /* NULL: simple */
    const struct stop_list *stops;
};

static void free_stemmer(void *stemmer)
{
    sb_stemmer_delete(stemmer);
}

static struct dictionary dictionary_of(struct arena *arena, str language)
{
    struct sb_stemmer *stemmer = sb_stemmer_new(str_cstr(arena, language), NULL);
    if (stemmer) arena_defer(arena, free_stemmer, stemmer);
    return (struct dictionary){stemmer, stop_list_of(language)};
}

enum { STOP_WORD_BYTES_MAX = 40, STEMMED_BYTES_MAX = 1000 };

static bool is_stop(const struct dictionary *dictionary, str word)
{
    if (str_empty(word)) return dictionary->stemmer != NULL;
    if (!dictionary->stops || word.len > STOP_WORD_BYTES_MAX) return false;
    char padded[STOP_WORD_BYTES_MAX + 2];
    padded[0] = ' ';
    memcpy(padded + 1, word.at, word.len);
    padded[word.len + 1] = ' ';
    const struct stop_list *end = stop_lists + COUNT_OF(stop_lists);
    for (const struct stop_list *list = dictionary->stops;
         list < end && str_eq(list->language, dictionary->stops->language); list++)
        if (str_find(list->words, str_from(padded, word.len + 2), 0) != SIZE_MAX) return true;
    return false;
}

/* False for a stop word. */
static bool lexize(struct arena *arena, const struct dictionary *dictionary, str token, str *out)
{
    *out = text_lower(arena, token);
    (void)cost_spend(arena, 40 * token.len + 2000);
    if (dictionary->stemmer && out->len > STEMMED_BYTES_MAX) return true;
    if (is_stop(dictionary, *out)) return false;
    if (!dictionary->stemmer) return true;
    const sb_symbol *stem =
        sb_stemmer_stem(dictionary->stemmer, (const sb_symbol *)out->at, (int)out->len);
    if (stem)
        *out = str_copy(arena, str_from(stem, (size_t)sb_stemmer_length(dictionary->stemmer)));
    return true;
}

err ts_lexize(struct arena *arena, uint32_t id, str word, str *out, bool *stop)
{
    struct dictionary dictionary = {0};
    if (id != TS_DICTIONARY_SIMPLE) {
        const struct language *language = language_of(id + 1);
        if (!language) {
            return err_sql(arena, "XX000", "cache lookup failed for text search dictionary %u",
                           (unsigned)id);
        }
        dictionary = dictionary_of(arena, language->name);
    }
    *stop = !lexize(arena, &dictionary, word, out);
    return NULL;
}

/* ---- documents ---- */

struct word {
    str lexeme;
    unsigned at; /* from 1, stop words counted */
};

struct ts_document {
    struct arena *arena;
    struct dictionary words;       /* of the language */
    struct dictionary ascii_words; /* the same, or English */
    struct dictionary others;      /* simple */
    struct {
        VEC(struct word);
    } found;
    unsigned at;
};

err ts_document_new(struct arena *arena, uint32_t config, struct ts_document **out)
{
    struct ts_document *document = ARENA_NEW(arena, struct ts_document);
    document->arena = arena;
    *out = document;
    if (config == TS_CONFIG_SIMPLE) return NULL;
    const struct language *language = language_of(config);
    if (!language) {
        return err_sql(arena, "XX000", "cache lookup failed for text search configuration %u",
                       (unsigned)config);
    }
    document->words = dictionary_of(arena, language->name);
    document->ascii_words =
        language->latin_is_english ? dictionary_of(arena, STR("english")) : document->words;
    return NULL;
}

/* NULL: tokens of that type are no words. */
static const struct dictionary *dictionary_for(const struct ts_document *document,
                                               enum ts_token type)
{
    switch (type) {
    case TS_ASCIIWORD:
    case TS_ASCIIHWORD:
    case TS_HWORD_ASCIIPART: return &document->ascii_words;
    case TS_WORD:
    case TS_HWORD:
    case TS_HWORD_PART: return &document->words;
    case TS_NUMWORD:
    case TS_EMAIL:
    case TS_URL:
    case TS_HOST:
    case TS_SFLOAT:
    case TS_VERSION:
    case TS_HWORD_NUMPART:
    case TS_NUMHWORD:
    case TS_URL_PATH:
    case TS_FILE:
    case TS_FLOAT:
    case TS_INT:
    case TS_UINT: return &document->others;
    case TS_BLANK:
    case TS_TAG:
    case TS_PROTOCOL:
    case TS_ENTITY:
    case TS_TOKEN_COUNT: return NULL;
    }
    return NULL;
}

void ts_document_add(struct ts_document *document, str text, bool apart)
{
    struct arena *arena = document->arena;
    struct ts_parser parser = ts_parser_of(text, arena_cost(arena));
    struct ts_span span;
    size_t before = document->found.count;
    while (ts_parser_next(&parser, &span) && !cost_is_spent(arena)) {
        const struct dictionary *dictionary = dictionary_for(document, span.type);
        if (!dictionary || span.text.len > TS_WORD_BYTES_MAX) continue;
        str lexeme;
        document->at++;
        if (!lexize(arena, dictionary, span.text, &lexeme)) continue;
        *VEC_ADD(arena, &document->found) = (struct word){lexeme, document->at};
    }
    if (apart && document->found.count > before) document->at++;
}

/* One less than a vector holds, as PostgreSQL has it. */
enum { DOCUMENT_POSITIONS_MAX = 255 };

static int by_lexeme(const void *a, const void *b)
{
    const struct word *x = a, *y = b;
    int order = str_cmp(x->lexeme, y->lexeme);
    return order ? order : (x->at > y->at) - (x->at < y->at);
}

err ts_document_vector(struct ts_document *document, str *out)
{
    struct arena *arena = document->arena;
    size_t count = document->found.count;
    struct ts_lexeme *lexemes = ARENA_ARRAY(arena, struct ts_lexeme, count);
    struct ts_position *positions = ARENA_ARRAY(arena, struct ts_position, count);
    if (count) qsort(document->found.at, count, sizeof *document->found.at, by_lexeme);
    size_t kept = 0, same = 0;
    for (size_t i = 0; i < count; i++) {
        const struct word *word = &document->found.at[i];
        same = i && str_eq(word->lexeme, word[-1].lexeme) ? same + 1 : 0;
        if (same >= DOCUMENT_POSITIONS_MAX) continue;
        positions[kept].at = (uint16_t)(word->at > TS_POSITION_MAX ? TS_POSITION_MAX : word->at);
        lexemes[kept] = (struct ts_lexeme){word->lexeme, &positions[kept], 1};
        kept++;
    }
    struct tsvector vector;
    TRY(tsvector_make(arena, lexemes, kept, &vector));
    struct buf *text = buf_in(arena, 0);
    tsvector_write(text, &vector);
    *out = buf_str(text);
    return NULL;
}

err ts_to_vector(struct arena *arena, uint32_t config, str text, str *out)
{
    struct ts_document *document;
    TRY(ts_document_new(arena, config, &document));
    ts_document_add(document, text, false);
    return ts_document_vector(document, out);
}

/* ---- queries ---- */

struct query_words {
    uint32_t config;
    enum ts_node_kind between; /* of the words that one operand becomes */
};

static err join(struct arena *arena,
                const struct query_words *words,
                struct ts_node *right,
                struct ts_node **all)
{
    if (!*all) {
        *all = right;
        return NULL;
    }
    return ts_node_join(arena, words->between, words->between == TS_PHRASE, *all, right, all);
}

/* The words of one operand; stop words between them keep their places. */
static err make_words(void *context,
                      struct arena *arena,
                      str text,
                      uint8_t weights,
                      bool prefix,
                      struct ts_node **out)
{
    const struct query_words *words = context;
    struct ts_document *document;
    TRY(ts_document_new(arena, words->config, &document));
    ts_document_add(document, text, false);
    struct ts_node *all = NULL;
    for (size_t i = 0, at = 0; i < document->found.count; i++) {
        const struct word *word = &document->found.at[i];
        for (; i && at + 1 < word->at; at++) TRY(join(arena, words, ts_node_stop(arena), &all));
        at = word->at;
        struct ts_node *node;
        TRY(ts_node_value(arena, word->lexeme, weights, prefix, &node));
        TRY(join(arena, words, node, &all));
    }
    *out = all ? all : ts_node_stop(arena);
    return NULL;
}

err ts_to_query(struct arena *arena, uint32_t config, enum ts_query_form form, str text, str *out)
{
    struct query_words context = {config, form == TS_QUERY_PLAIN ? TS_AND : TS_PHRASE};
    const struct ts_words_of words = {make_words, &context};
    struct ts_node *node = NULL;
    if (form == TS_QUERY_OPERATORS)
        TRY(tsquery_parse_with(arena, &words, text, &node));
    else if (form == TS_QUERY_WEB)
        TRY(tsquery_parse_web(arena, &words, text, &node));
    else
        TRY(make_words(&context, arena, text, 0, false, &node));
    *out = tsquery_stored(arena, tsquery_clean(node));
    return NULL;
}

/* ---- json ---- */

enum { JSON_DEPTH_MAX = 1000 };

struct json_words {
    struct ts_document *document;
    unsigned parts;
};

static void add_scalar(const struct json_words *words, unsigned part, str text)
{
    if (words->parts & part) ts_document_add(words->document, text, true);
}

static void add_json(const struct json_words *words, const struct json *value)
{
    switch (value->kind) {
    case JSON_STRING: add_scalar(words, TS_JSON_STRING, value->text); break;
    case JSON_NUMBER: add_scalar(words, TS_JSON_NUMERIC, value->text); break;
    case JSON_TRUE: add_scalar(words, TS_JSON_BOOLEAN, STR("true")); break;
    case JSON_FALSE: add_scalar(words, TS_JSON_BOOLEAN, STR("false")); break;
    case JSON_NULL: break;
    case JSON_ARRAY:
        for (size_t i = 0; i < value->count; i++) add_json(words, value->items[i]);
        break;
    case JSON_OBJECT:
        for (size_t i = 0; i < value->count; i++) {
            add_scalar(words, TS_JSON_KEY, value->members[i].name);
            add_json(words, value->members[i].value);
        }
        break;
    }
}

err ts_json_to_vector(struct arena *arena, uint32_t config, str json, unsigned parts, str *out)
{
    const struct json_options options = {.depth_max = JSON_DEPTH_MAX};
    const struct json *value;
    struct json_words words = {.parts = parts};
    TRY(json_parse(arena, json, &options, &value));
    TRY(ts_document_new(arena, config, &words.document));
    add_json(&words, value);
    return ts_document_vector(words.document, out);
}
