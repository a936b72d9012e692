#include "types/bool.h"

#include <ctype.h>

struct spelling {
    str word;
    size_t shortest; /* prefixes from this length on are unique */
    bool value;
};

static const struct spelling spellings[] = {
    {STR_INIT("true"),  1, true },
    {STR_INIT("false"), 1, false},
    {STR_INIT("yes"),   1, true },
    {STR_INIT("no"),    1, false},
    {STR_INIT("on"),    2, true },
    {STR_INIT("off"),   2, false},
    {STR_INIT("1"),     1, true },
    {STR_INIT("0"),     1, false},
};

err bool_parse(struct arena *arena, str text, bool *out)
{
    str word = text;
    while (word.len && isspace((unsigned char)word.at[0])) word = str_skip(word, 1);
    while (word.len && isspace((unsigned char)word.at[word.len - 1])) word.len--;
    for (size_t i = 0; i < COUNT_OF(spellings); i++) {
        const struct spelling *row = &spellings[i];
        if (word.len < row->shortest || word.len > row->word.len) continue;
        if (!str_eq_nocase(word, str_slice(row->word, 0, word.len))) continue;
        *out = row->value;
        return NULL;
    }
    return err_sql(arena, "22P02", "invalid input syntax for type boolean: \"%.*s\"",
                   STR_FMT(text));
}
