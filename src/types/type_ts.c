/* tsvector and tsquery among the other types. */
#include "types/tsquery.h"
#include "types/type_int.h"

err tsvector_text_input(struct arena *arena,
                        const struct type_session *session,
                        const struct type_ref *type,
                        str text,
                        struct value *out)
{
    (void)session;
    (void)type;
    *out = value_text(STR_NONE);
    return tsvector_parse(arena, text, &out->s);
}

void tsvector_text_write(const struct type_session *session,
                         const struct type_ref *type,
                         const struct value *value,
                         struct buf *out)
{
    (void)session;
    (void)type;
    buf_str_add(out, value->s);
}

int tsvector_text_order(const struct type_ref *type, const struct value *a, const struct value *b)
{
    (void)type;
    return tsvector_compare(a->s, b->s);
}

err tsquery_text_input(struct arena *arena,
                       const struct type_session *session,
                       const struct type_ref *type,
                       str text,
                       struct value *out)
{
    (void)session;
    (void)type;
    *out = value_text(STR_NONE);
    return tsquery_parse(arena, text, &out->s);
}

void tsquery_text_write(const struct type_session *session,
                        const struct type_ref *type,
                        const struct value *value,
                        struct buf *out)
{
    (void)session;
    (void)type;
    tsquery_output(out, value->s);
}

int tsquery_text_order(const struct type_ref *type, const struct value *a, const struct value *b)
{
    (void)type;
    return tsquery_compare(a->s, b->s);
}
