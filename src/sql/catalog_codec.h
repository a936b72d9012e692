/* sql/catalog_codec.h - an object of the catalog as JSON and back.
 *
 * One table of fields for each struct; a field that holds its zero value is left out, an unknown
 * member is ignored, so that fields can be added without a new file format. Syntax trees are not
 * written: decoding parses the texts again.
 *
 * Owns:    nothing; decoded objects live in the arena given.
 * Threads: any with a parser's stack (parse.h) for decoding.
 * Errors:  XX001 for JSON that is not such an object, or whose text no longer parses.
 */
#ifndef DAPUR_SQL_CATALOG_CODEC_H
#define DAPUR_SQL_CATALOG_CODEC_H

#include "base/buf.h"
#include "sql/catalog_build.h"

/* pg_class-like name of a class in the store: "schema", "type", "relation"... */
str catalog_class_name(enum cat_class class);
/* CAT_CLASS_COUNT for an unknown name. */
enum cat_class catalog_class_named(str name);

void catalog_encode(struct buf *out, enum cat_class class, const void *object);
/* scratch holds what dies with the call; *out and all it points to are in arena. */
MUST_USE err catalog_decode(
    struct arena *arena, struct arena *scratch, enum cat_class class, str text, const void **out);

#endif
