/* inet, cidr, macaddr and macaddr8 among the other types. */
#include "types/network.h"
#include "types/type_int.h"

err inet_text_input(struct arena *arena,
                    const struct type_session *session,
                    const struct type_ref *type,
                    str text,
                    struct value *out)
{
    (void)session;
    (void)type;
    struct inet address;
    TRY(inet_parse(arena, text, &address));
    struct buf *stored = buf_in(arena, 0);
    inet_write(stored, &address);
    *out = value_text(buf_str(stored));
    return NULL;
}

void inet_text_write(const struct type_session *session,
                     const struct type_ref *type,
                     const struct value *value,
                     struct buf *out)
{
    (void)session;
    (void)type;
    buf_str_add(out, inet_shown(value->s));
}

void inet_text_json(const struct type_session *session,
                    const struct type_ref *type,
                    const struct value *value,
                    struct buf *out)
{
    buf_char(out, '"');
    inet_text_write(session, type, value, out);
    buf_char(out, '"');
}

int inet_text_order(const struct type_ref *type, const struct value *a, const struct value *b)
{
    (void)type;
    return inet_compare_text(a->s, b->s);
}

err cidr_text_input(struct arena *arena,
                    const struct type_session *session,
                    const struct type_ref *type,
                    str text,
                    struct value *out)
{
    (void)session;
    (void)type;
    struct inet address;
    TRY(cidr_parse(arena, text, &address));
    struct buf *stored = buf_in(arena, 0);
    cidr_write(stored, &address);
    *out = value_text(buf_str(stored));
    return NULL;
}

static err write_mac(struct arena *arena,
                     const unsigned char *bytes,
                     size_t count,
                     struct value *out)
{
    struct buf *stored = buf_in(arena, 0);
    mac_write(stored, bytes, count);
    *out = value_text(buf_str(stored));
    return NULL;
}

err macaddr_text_input(struct arena *arena,
                       const struct type_session *session,
                       const struct type_ref *type,
                       str text,
                       struct value *out)
{
    (void)session;
    (void)type;
    unsigned char bytes[MAC_BYTES];
    TRY(mac_parse(arena, text, bytes));
    return write_mac(arena, bytes, sizeof bytes, out);
}

err macaddr8_text_input(struct arena *arena,
                        const struct type_session *session,
                        const struct type_ref *type,
                        str text,
                        struct value *out)
{
    (void)session;
    (void)type;
    unsigned char bytes[MAC8_BYTES];
    TRY(mac8_parse(arena, text, bytes));
    return write_mac(arena, bytes, sizeof bytes, out);
}
