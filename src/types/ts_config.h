/* types/ts_config.h - configurations of full text: which words of a text are lexemes.
 *
 * PostgreSQL's own: `simple`, and a language each with Snowball's stemmer and stop words. The numbers
 * are PostgreSQL 15's oids.
 *
 * Owns:    nothing; stemmers live with the arena.
 * Threads: any.
 * Errors:  42704 for a number that names no configuration, 54000 for a document that is too long.
 * Source:  PostgreSQL 15, chapter 12; libstemmer.
 */
#ifndef DAPUR_TYPES_TS_CONFIG_H
#define DAPUR_TYPES_TS_CONFIG_H

#include "types/tsquery.h"

enum { TS_CONFIG_SIMPLE = 3748, TS_CONFIG_ENGLISH = 13164, TS_DICTIONARY_SIMPLE = 3765 };

/* Both answer 0 or an empty str where there is none. */
uint32_t ts_config_named(str name);
str ts_config_name(uint32_t config);
uint32_t ts_dictionary_named(str name);
str ts_dictionary_name(uint32_t dictionary);

/* ---- documents ---- */

struct ts_document;
MUST_USE err ts_document_new(struct arena *arena, uint32_t config, struct ts_document **out);
/* Adds a text's words behind those before. apart: a phrase does not go over from one text to the next. */
void ts_document_add(struct ts_document *document, str text, bool apart);
MUST_USE err ts_document_vector(struct ts_document *document, str *out);

/* to_tsvector(config, text) */
MUST_USE err ts_to_vector(struct arena *arena, uint32_t config, str text, str *out);

enum ts_json {
    TS_JSON_STRING = 1,
    TS_JSON_NUMERIC = 2,
    TS_JSON_BOOLEAN = 4,
    TS_JSON_KEY = 8,
    TS_JSON_ALL = 15,
};
/* json_to_tsvector: the parts of the value that `parts` names. */
MUST_USE err
ts_json_to_vector(struct arena *arena, uint32_t config, str json, unsigned parts, str *out);

/* ---- queries ---- */

enum ts_query_form { TS_QUERY_PLAIN, TS_QUERY_PHRASE, TS_QUERY_OPERATORS, TS_QUERY_WEB };
MUST_USE err
ts_to_query(struct arena *arena, uint32_t config, enum ts_query_form form, str text, str *out);

/* ts_lexize: 0 lexemes for a stop word, else one. */
MUST_USE err ts_lexize(struct arena *arena, uint32_t dictionary, str word, str *out, bool *stop);

#endif
