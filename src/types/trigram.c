/* Trigrams of words in lower case, two blanks before and one behind each word. */
#include "types/trigram.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/cost.h"
#include "base/utf8.h"
#include "base/vec.h"
#include "types/text.h"
#include "types/ts_int.h"
#include "types/ts_parser.h"

struct found {
    VEC(struct trigram);
};

static struct trigram make(str characters)
{
    if (characters.len == 3) {
        const char *c = characters.at;
        return (struct trigram){
            {(signed char)c[0], (signed char)c[1], (signed char)c[2]}
        };
    }
    uint32_t hash = (uint32_t)ts_word_hash(characters);
    return (struct trigram){
        {(signed char)hash, (signed char)(hash >> 8), (signed char)(hash >> 16)}
    };
}

/* padded: "  word " */
static void add_word(struct arena *arena, str padded, struct found *out)
{
    size_t first = 0, third = utf8_offset(padded, 2);
    while (third < padded.len) {
        size_t end = third;
        (void)utf8_next(padded, &end);
        *VEC_ADD(arena, out) = make(str_slice(padded, first, end));
        (void)utf8_next(padded, &first);
        third = end;
    }
}

static int compare(const void *a, const void *b)
{
    const struct trigram *x = a, *y = b;
    for (size_t i = 0; i < 3; i++)
        if (x->at[i] != y->at[i]) return x->at[i] < y->at[i] ? -1 : 1;
    return 0;
}

struct trigrams trigrams_of(struct arena *arena, str text)
{
    struct found found = {0};
    (void)cost_spend(arena, 100 * text.len);
    for (size_t at = 0; at < text.len && !cost_is_spent(arena);) {
        size_t start = at, next = at;
        while (ts_is_alnum(utf8_next(text, &next))) at = next;
        if (at > start) {
            str word = text_lower(arena, str_slice(text, start, at));
            add_word(arena, str_printf(arena, "  %.*s ", STR_FMT(word)), &found);
        }
        if (at < text.len && utf8_next(text, &at) < 0) break;
    }
    if (found.count) qsort(found.at, found.count, sizeof *found.at, compare);
    size_t kept = 0;
    for (size_t i = 0; i < found.count; i++)
        if (!kept || compare(&found.at[kept - 1], &found.at[i])) found.at[kept++] = found.at[i];
    return (struct trigrams){found.at, kept};
}

float trigram_similarity(struct arena *arena, str a, str b)
{
    struct trigrams x = trigrams_of(arena, a), y = trigrams_of(arena, b);
    if (!x.count || !y.count) return 0;
    size_t common = 0;
    for (size_t i = 0, k = 0; i < x.count && k < y.count;) {
        int order = compare(&x.at[i], &y.at[k]);
        common += order == 0;
        i += order <= 0;
        k += order >= 0;
    }
    return (float)common / (float)(x.count + y.count - common);
}

static bool is_shown(signed char c)
{
    return c == ' ' || (c > 0 && ts_is_alnum(c));
}

str trigram_text(struct arena *arena, const struct trigram *trigram)
{
    const signed char *c = trigram->at;
    if (is_shown(c[0]) && is_shown(c[1]) && is_shown(c[2]))
        return str_copy(arena, str_from(c, sizeof trigram->at));
    return str_printf(arena, "0x%02x%02x%02x", (unsigned)(unsigned char)c[0],
                      (unsigned)(unsigned char)c[1], (unsigned)(unsigned char)c[2]);
}
