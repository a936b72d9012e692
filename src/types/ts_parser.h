/* types/ts_parser.h - PostgreSQL's default parser of full text: words, numbers, hosts, files, tags.
 *
 * A hyphenated word is answered whole and then in its parts; a URL whole and then as host and path.
 * What is between tokens is blank and is answered too, so that the spans cover the text.
 *
 * Owns:    nothing; spans are slices of the text.
 * Threads: any.
 * Errors:  none. Long work is charged to the cost token; once it is spent the text ends early.
 * Source:  PostgreSQL 15, chapter 12.5 "Parsers", and the answers of its ts_parse.
 */
#ifndef DAPUR_TYPES_TS_PARSER_H
#define DAPUR_TYPES_TS_PARSER_H

#include "base/cost.h"
#include "base/str.h"

/* PostgreSQL's numbers (ts_token_type). */
enum ts_token {
    TS_ASCIIWORD = 1,
    TS_WORD,
    TS_NUMWORD,
    TS_EMAIL,
    TS_URL,
    TS_HOST,
    TS_SFLOAT,
    TS_VERSION,
    TS_HWORD_NUMPART,
    TS_HWORD_PART,
    TS_HWORD_ASCIIPART,
    TS_BLANK,
    TS_TAG,
    TS_PROTOCOL,
    TS_NUMHWORD,
    TS_ASCIIHWORD,
    TS_HWORD,
    TS_URL_PATH,
    TS_FILE,
    TS_FLOAT,
    TS_INT,
    TS_UINT,
    TS_ENTITY,
    TS_TOKEN_COUNT
};

struct ts_span {
    enum ts_token type;
    str text;
};

struct ts_parser {
    str text;          /* valid UTF-8 */
    struct cost *cost; /* NULL: unbounded */
    size_t at;
    size_t whole_end; /* the end of a compound whose parts come now, or 0 */
    size_t host_end;  /* of a URL whose host and path come now, or 0 */
    size_t url_end;
    bool ignores; /* within <script> or <style> */
};

struct ts_parser ts_parser_of(str text, struct cost *cost);
/* False at the end. */
bool ts_parser_next(struct ts_parser *parser, struct ts_span *out);

/* As C.UTF-8 has them. */
bool ts_is_space(int32_t code_point);
bool ts_is_alnum(int32_t code_point);

#endif
