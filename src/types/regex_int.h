/* types/regex_int.h - between the translator of AREs and the matcher.
 *
 * Owns: nothing. Threads: any. Errors: as regex.h.
 */
#ifndef DAPUR_TYPES_REGEX_INT_H
#define DAPUR_TYPES_REGEX_INT_H

#include "base/buf.h"
#include "types/regex.h"

/* What option letters and embedded options add up to. */
struct regex_options {
    bool fold;            /* i */
    bool newline_stops;   /* n, p: . and [^x] do not take a newline */
    bool newline_anchors; /* n, w: ^ and $ match at newlines */
    bool expanded;        /* x */
    bool literal;         /* q */
};

/* A whole expression's wish where several lengths match at one place. */
enum regex_preference { REGEX_NO_PREFERENCE, REGEX_LONGEST, REGEX_SHORTEST };

struct regex_translation {
    struct buf *text; /* for PCRE2 */
    bool fold;
    size_t group_count;
    enum regex_preference preference;
    bool choices; /* several lengths may match at one place */
};

MUST_USE err regex_options_parse(struct arena *arena, str flags, struct regex_options *out);
MUST_USE err regex_to_pcre(struct arena *arena,
                           str pattern,
                           struct regex_options options,
                           struct regex_translation *out);

#endif
