/* types/regex.h - PostgreSQL's regular expressions on PCRE2, with limits.
 *
 * An ARE is translated to a PCRE2 pattern: classes, \d \w \s \y \Y \m \M \A \Z, bounded repeats,
 * lazy repeats, captures, back references, look-ahead and -behind, embedded options. What cannot be
 * translated faithfully (collating elements, equivalence classes) is refused by name. A match has
 * POSIX's length (the longest, or the shortest of a lazy expression); which part of it a group takes is
 * decided as in Perl, and with back references or a very large choice the length is Perl's too.
 *
 * Owns:    a struct regex is released with the arena it was compiled in; caching is the caller's.
 * Threads: compiled regexes are immutable; matching from several threads at once is fine.
 * Errors:  2201B bad or untranslatable pattern, 22023 bad option, 57014 a match limit was hit.
 */
#ifndef DAPUR_TYPES_REGEX_H
#define DAPUR_TYPES_REGEX_H

#include "base/err.h"

struct regex;

/* flags: PostgreSQL's option letters (i c n m p w s x t q b e); 'g' is the caller's. */
MUST_USE err regex_compile(struct arena *arena, str pattern, str flags, struct regex **out);
size_t regex_group_count(const struct regex *regex);

/* group 0 is the whole match; a group that took no part has at = NULL. */
struct regex_match {
    size_t start; /* bytes in the text */
    size_t end;
    size_t group_count; /* without group 0 */
    const str *groups;  /* groups[0] .. groups[group_count] */
};

/* text ~ pattern */
MUST_USE err regex_test(struct arena *arena, const struct regex *regex, str text, bool *out);
/* The first match at or after byte from; *found false when there is none. */
MUST_USE err regex_find(struct arena *arena,
                        const struct regex *regex,
                        str text,
                        size_t from,
                        bool *found,
                        struct regex_match *out);
/* Byte of the character that searches begin at, from 1; behind the text when it has fewer. */
size_t regex_start(str text, int64_t character);
/* All matches at or after byte from, not overlapping; an empty match moves on by one character. */
MUST_USE err regex_find_all(struct arena *arena,
                            const struct regex *regex,
                            str text,
                            size_t from,
                            struct regex_match **out,
                            size_t *count);

/* replacement: \1-\9, \&, \\. nth 0: all with 'g', else the first; start counts characters from 1. */
struct regex_replace_options {
    size_t start; /* 0 or 1: from the beginning */
    size_t nth;   /* 0: see all */
    bool all;
};
MUST_USE err regex_replace(struct arena *arena,
                           const struct regex *regex,
                           str text,
                           str replacement,
                           const struct regex_replace_options *options,
                           str *out);
/* regexp_split_to_array: the pieces between matches; empty matches at the edges give none. */
MUST_USE err
regex_split(struct arena *arena, const struct regex *regex, str text, str **out, size_t *count);
/* substring(text from pattern): group 1, or the whole match without groups; *found false: NULL. */
MUST_USE err
regex_substring(struct arena *arena, const struct regex *regex, str text, bool *found, str *out);
/* SIMILAR TO's pattern as an ARE (also for substring(... similar ... escape)). */
MUST_USE err regex_from_similar(struct arena *arena, str pattern, str escape, str *out);
/* The PCRE2 text that a pattern becomes: for tests. */
MUST_USE err regex_translate(struct arena *arena, str pattern, str flags, str *out);

#endif
