/* types/type_int.h - what the files of type_text share: one row of functions a family.
 *
 * Owns: nothing. Threads: any. Errors: as type_text.h.
 */
#ifndef DAPUR_TYPES_TYPE_INT_H
#define DAPUR_TYPES_TYPE_INT_H

#include "types/type_text.h"

struct type_family {
    str typname;  /* pg_type.typname */
    str sql_name; /* in messages */
    /* Text to stored value; the typmod is applied afterwards by fit. */
    err (*input)(struct arena *arena,
                 const struct type_session *session,
                 const struct type_ref *type,
                 str text,
                 struct value *out);
    void (*output)(const struct type_session *session,
                   const struct type_ref *type,
                   const struct value *value,
                   struct buf *out);
    void (*json)(const struct type_session *session,
                 const struct type_ref *type,
                 const struct value *value,
                 struct buf *out);
    int (*compare)(const struct type_ref *type, const struct value *a, const struct value *b);
    /* The typmod; NULL: the family has none. */
    err (*fit)(struct arena *arena,
               const struct type_ref *type,
               enum type_coercion coercion,
               const struct value *value,
               struct value *out);
    str collation; /* of a stored column; empty: BINARY */
};

const struct type_family *type_family(enum type_storage storage);

/* Full text: type_ts.c. */
err tsvector_text_input(struct arena *arena,
                        const struct type_session *session,
                        const struct type_ref *type,
                        str text,
                        struct value *out);
void tsvector_text_write(const struct type_session *session,
                         const struct type_ref *type,
                         const struct value *value,
                         struct buf *out);
int tsvector_text_order(const struct type_ref *type, const struct value *a, const struct value *b);
err tsquery_text_input(struct arena *arena,
                       const struct type_session *session,
                       const struct type_ref *type,
                       str text,
                       struct value *out);
void tsquery_text_write(const struct type_session *session,
                        const struct type_ref *type,
                        const struct value *value,
                        struct buf *out);
int tsquery_text_order(const struct type_ref *type, const struct value *a, const struct value *b);

/* Addresses: type_network.c. */
err inet_text_input(struct arena *arena,
                    const struct type_session *session,
                    const struct type_ref *type,
                    str text,
                    struct value *out);
void inet_text_write(const struct type_session *session,
                     const struct type_ref *type,
                     const struct value *value,
                     struct buf *out);
void inet_text_json(const struct type_session *session,
                    const struct type_ref *type,
                    const struct value *value,
                    struct buf *out);
int inet_text_order(const struct type_ref *type, const struct value *a, const struct value *b);
err cidr_text_input(struct arena *arena,
                    const struct type_session *session,
                    const struct type_ref *type,
                    str text,
                    struct value *out);
err macaddr_text_input(struct arena *arena,
                       const struct type_session *session,
                       const struct type_ref *type,
                       str text,
                       struct value *out);
err macaddr8_text_input(struct arena *arena,
                        const struct type_session *session,
                        const struct type_ref *type,
                        str text,
                        struct value *out);

/* Bit strings: type_bits.c. */
err bits_text_input(struct arena *arena,
                    const struct type_session *session,
                    const struct type_ref *type,
                    str text,
                    struct value *out);
err bit_text_fit(struct arena *arena,
                 const struct type_ref *type,
                 enum type_coercion coercion,
                 const struct value *value,
                 struct value *out);
err varbit_text_fit(struct arena *arena,
                    const struct type_ref *type,
                    enum type_coercion coercion,
                    const struct value *value,
                    struct value *out);

/* Composites: '(1,"a b",)' and JSON objects of fields in stored form. */
err composite_input(struct arena *arena,
                    const struct type_session *session,
                    const struct type_ref *type,
                    str text,
                    struct value *out);
void composite_output(const struct type_session *session,
                      const struct type_ref *type,
                      const struct value *value,
                      struct buf *out);
void composite_json(const struct type_session *session,
                    const struct type_ref *type,
                    const struct value *value,
                    struct buf *out);
int composite_compare(const struct type_ref *type, const struct value *a, const struct value *b);
/* An item of an array or composite, in stored form, as type_json shows it. */
void item_json(const struct type_session *session,
               const struct type_ref *type,
               str item,
               struct buf *out);
void array_json(const struct type_session *session,
                const struct type_ref *type,
                const struct value *value,
                struct buf *out);

#endif
