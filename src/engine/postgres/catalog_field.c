/* Fields of catalog.sql's results: numbers, arrays and access control lists out of their text. */
#include <string.h>

#include "base/buf.h"
#include "base/vec.h"
#include "engine/postgres/catalog_rows.h"

str catalog_field_borrow(const struct catalog_rows *rows, int row, int column)
{
    if (PQgetisnull(rows->result, row, column)) return STR_NONE;
    return str_from(PQgetvalue(rows->result, row, column),
                    (size_t)PQgetlength(rows->result, row, column));
}

str catalog_field_text(const struct catalog_rows *rows, int row, int column)
{
    str text = catalog_field_borrow(rows, row, column);
    return str_empty(text) ? STR_NONE : str_copy(catalog_pool(rows->catalog), text);
}

int64_t catalog_field_int(const struct catalog_rows *rows, int row, int column)
{
    int64_t number;
    return str_to_i64(catalog_field_borrow(rows, row, column), &number) ? number : 0;
}

oid catalog_field_oid(const struct catalog_rows *rows, int row, int column)
{
    return (oid)catalog_field_int(rows, row, column);
}

bool catalog_field_bool(const struct catalog_rows *rows, int row, int column)
{
    return catalog_field_char(rows, row, column) == 't';
}

char catalog_field_char(const struct catalog_rows *rows, int row, int column)
{
    str text = catalog_field_borrow(rows, row, column);
    return str_empty(text) ? '\0' : text.at[0];
}

int catalog_rows_group(const struct catalog_rows *rows, int at, oid *id)
{
    int count = PQntuples(rows->result), end = at;
    *id = catalog_field_oid(rows, at, 0);
    while (end < count && catalog_field_oid(rows, end, 0) == *id) end++;
    return end;
}

/* ---- arrays ---- */

/* One element of array_out's text from *at on; the separator behind it is left. */
static str array_item(struct arena *arena, str text, size_t *at)
{
    if (*at < text.len && text.at[*at] == '"') {
        struct buf *out = buf_in(arena, 0);
        for ((*at)++; *at < text.len && text.at[*at] != '"'; (*at)++) {
            if (text.at[*at] == '\\' && *at + 1 < text.len) (*at)++;
            buf_char(out, text.at[*at]);
        }
        (*at)++;
        /* Empty, but not null. */
        return out->len ? buf_str(out) : STR("");
    }
    size_t from = *at;
    while (*at < text.len && text.at[*at] != ',' && text.at[*at] != '}') (*at)++;
    str item = str_slice(text, from, *at);
    return str_eq_nocase(item, STR("NULL")) ? STR_NONE : item;
}

const str *catalog_field_items(const struct catalog_rows *rows, int row, int column, size_t *count)
{
    struct {
        VEC(str);
    } items = {0};
    str text = catalog_field_borrow(rows, row, column);
    size_t at = 1;
    bool any = text.len > 2 && text.at[0] == '{';
    while (any && at < text.len && text.at[at] != '}') {
        *VEC_ADD(rows->arena, &items) = array_item(rows->arena, text, &at);
        if (at < text.len && text.at[at] == ',') at++;
    }
    *count = items.count;
    return items.at;
}

const str *catalog_field_texts(const struct catalog_rows *rows, int row, int column, size_t *count)
{
    struct arena *pool = catalog_pool(rows->catalog);
    const str *items = catalog_field_items(rows, row, column, count);
    str *copies = ARENA_ARRAY(pool, str, *count);
    for (size_t i = 0; i < *count; i++) copies[i] = str_copy(pool, items[i]);
    return copies;
}

/* The digits from *at on, past what stands before them; false at the end. */
static bool next_number(str text, size_t *at, int64_t *out)
{
    while (*at < text.len && strchr("{} ,", text.at[*at])) (*at)++;
    size_t from = *at;
    while (*at < text.len && !strchr("{} ,", text.at[*at])) (*at)++;
    return *at > from && str_to_i64(str_slice(text, from, *at), out);
}

const int16_t *catalog_field_numbers(const struct catalog_rows *rows,
                                     int row,
                                     int column,
                                     size_t *count)
{
    struct {
        VEC(int16_t);
    } numbers = {0};
    str text = catalog_field_borrow(rows, row, column);
    int64_t number;
    for (size_t at = 0; next_number(text, &at, &number);)
        *VEC_ADD(catalog_pool(rows->catalog), &numbers) = (int16_t)number;
    *count = numbers.count;
    return numbers.at;
}

const oid *catalog_field_oids(const struct catalog_rows *rows, int row, int column, size_t *count)
{
    struct {
        VEC(oid);
    } oids = {0};
    str text = catalog_field_borrow(rows, row, column);
    int64_t number;
    for (size_t at = 0; next_number(text, &at, &number);)
        *VEC_ADD(catalog_pool(rows->catalog), &oids) = (oid)number;
    *count = oids.count;
    return oids.at;
}

/* ---- access control lists: grantee=letters/grantor, a star behind a letter WITH GRANT OPTION ---- */

struct acl_letter {
    char letter;
    enum privilege privilege;
};

static const struct acl_letter acl_letters[] = {
    {'r', PRIV_SELECT    },
    {'a', PRIV_INSERT    },
    {'w', PRIV_UPDATE    },
    {'d', PRIV_DELETE    },
    {'D', PRIV_TRUNCATE  },
    {'x', PRIV_REFERENCES},
    {'t', PRIV_TRIGGER   },
    {'U', PRIV_USAGE     },
    {'C', PRIV_CREATE    },
    {'X', PRIV_EXECUTE   },
    {'c', PRIV_CONNECT   },
    {'T', PRIV_TEMPORARY },
};

/* Letters of later versions (MAINTAIN) are of no concern above. */
static uint32_t privilege_of(char letter)
{
    for (size_t i = 0; i < COUNT_OF(acl_letters); i++)
        if (acl_letters[i].letter == letter) return acl_letters[i].privilege;
    return 0;
}

/* A role's name at *at, quoted when it is not plain; up to `end` or the end of the item. */
static str acl_name(struct arena *arena, str item, size_t *at, char end)
{
    size_t from = *at;
    if (*at >= item.len || item.at[*at] != '"') {
        while (*at < item.len && item.at[*at] != end) (*at)++;
        return str_slice(item, from, *at);
    }
    struct buf *name = buf_in(arena, 0);
    for ((*at)++; *at < item.len; (*at)++) {
        bool quote = item.at[*at] == '"';
        if (quote && (*at + 1 >= item.len || item.at[*at + 1] != '"')) break;
        if (quote) (*at)++;
        buf_char(name, item.at[*at]);
    }
    (*at)++;
    return buf_str(name);
}

/* False for one that says nothing: of a role that is not there. */
static bool acl_grant(const struct catalog_rows *rows, str item, struct cat_grant *out)
{
    size_t at = 0;
    uint32_t last = 0;
    str grantee = acl_name(rows->arena, item, &at, '=');
    for (at++; at < item.len && item.at[at] != '/'; at++) {
        if (item.at[at] == '*') {
            out->grantable |= last;
        } else {
            last = privilege_of(item.at[at]);
            out->privileges |= last;
        }
    }
    at++;
    const struct cat_role *grantor =
        catalog_role_find(rows->catalog, acl_name(rows->arena, item, &at, '\0'));
    const struct cat_role *role =
        str_empty(grantee) ? NULL : catalog_role_find(rows->catalog, grantee);
    out->grantor = grantor ? grantor->oid : OID_NONE;
    out->grantee = role ? role->oid : ROLE_PUBLIC;
    return role || str_empty(grantee);
}

struct cat_acl catalog_field_acl(struct catalog_rows *rows, int row, int column)
{
    str text = catalog_field_borrow(rows, row, column);
    if (!text.at) return (struct cat_acl){.is_default = true};
    const struct cat_acl *known = map_find(rows->acls, text);
    if (known) return *known;
    size_t count;
    const str *items = catalog_field_items(rows, row, column, &count);
    struct cat_grant *grants = ARENA_ARRAY(catalog_pool(rows->catalog), struct cat_grant, count);
    struct cat_acl *acl = ARENA_NEW(rows->arena, struct cat_acl);
    acl->at = grants;
    for (size_t i = 0; i < count; i++) {
        struct cat_grant grant = {0};
        if (acl_grant(rows, items[i], &grant)) grants[acl->count++] = grant;
    }
    map_put(rows->acls, text, acl);
    return *acl;
}
