/* bit and bit varying among the other types. */
#include "types/bits.h"
#include "types/type_int.h"

err bits_text_input(struct arena *arena,
                    const struct type_session *session,
                    const struct type_ref *type,
                    str text,
                    struct value *out)
{
    (void)session;
    (void)type;
    *out = value_text(STR_NONE);
    return bits_parse(arena, text, &out->s);
}

err bit_text_fit(struct arena *arena,
                 const struct type_ref *type,
                 enum type_coercion coercion,
                 const struct value *value,
                 struct value *out)
{
    *out = value_text(STR_NONE);
    return bits_fit(arena, value->s, type->typmod, coercion == TYPE_EXPLICIT, &out->s);
}

err varbit_text_fit(struct arena *arena,
                    const struct type_ref *type,
                    enum type_coercion coercion,
                    const struct value *value,
                    struct value *out)
{
    *out = value_text(STR_NONE);
    return bits_fit_varying(arena, value->s, type->typmod, coercion == TYPE_EXPLICIT, &out->s);
}
