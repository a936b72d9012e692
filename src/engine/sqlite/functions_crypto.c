/* pgcrypto, uuid-ossp, hashes, encodings. */
#include "base/crypto.h"
#include "base/digest.h"
#include "base/utf8.h"
#include "engine/sqlite/functions_int.h"
#include "types/bytea.h"
#include "types/text.h"
#include "types/uuid.h"

static void fill_random(struct sqlite_session *session, void *out, size_t count)
{
    if (session->random)
        session->random(out, count);
    else
        crypto_random(out, count);
}

static err run_uuid(struct function_call *call, struct value *out)
{
    unsigned char bytes[UUID_BYTES];
    fill_random(call->session, bytes, sizeof bytes);
    bytes[6] = (unsigned char)((bytes[6] & 0x0f) | 0x40); /* RFC 9562, 5.4 */
    bytes[8] = (unsigned char)((bytes[8] & 0x3f) | 0x80);
    char *text = arena_alloc(call->arena, UUID_TEXT_LEN);
    uuid_encode(bytes, text);
    *out = value_text(str_from(text, UUID_TEXT_LEN));
    return NULL;
}

static err run_uuid_nil(struct function_call *call, struct value *out)
{
    (void)call;
    *out = value_text(STR("00000000-0000-0000-0000-000000000000"));
    return NULL;
}

static err run_random_bytes(struct function_call *call, struct value *out)
{
    int64_t count = arg_int(call, 0);
    if (count < 1 || count > 1024) {
        return err_sql(call->arena, "39000", "Length not in range");
    }
    void *bytes = arena_alloc(call->arena, (size_t)count);
    fill_random(call->session, bytes, (size_t)count);
    *out = value_blob(str_from(bytes, (size_t)count));
    return NULL;
}

static err run_md5(struct function_call *call, struct value *out)
{
    struct buf *raw = buf_in(call->arena, 0);
    if (!digest(STR("md5"), arg_text(call, 0), raw)) {
        return err_sql(call->arena, "XX000", "could not compute MD5 hash");
    }
    struct buf *hex = buf_in(call->arena, 0);
    crypto_hex(hex, buf_str(raw));
    *out = value_text(buf_str(hex));
    return NULL;
}

static err unknown_algorithm(struct function_call *call, str name)
{
    return err_sql(call->arena, "22023", "Cannot use \"%.*s\": No such hash algorithm",
                   STR_FMT(name));
}

static err run_sha(struct function_call *call, struct value *out)
{
    struct buf *raw = buf_in(call->arena, 0);
    str name = str_printf(call->arena, "sha%d", call->row->with);
    if (!digest(name, arg_text(call, 0), raw)) return unknown_algorithm(call, name);
    *out = value_blob(buf_str(raw));
    return NULL;
}

static err run_digest(struct function_call *call, struct value *out)
{
    struct buf *raw = buf_in(call->arena, 0);
    if (!digest(arg_text(call, 1), arg_text(call, 0), raw)) {
        return unknown_algorithm(call, arg_text(call, 1));
    }
    *out = value_blob(buf_str(raw));
    return NULL;
}

static err run_hmac(struct function_call *call, struct value *out)
{
    struct buf *raw = buf_in(call->arena, 0);
    if (!digest_hmac(arg_text(call, 2), arg_text(call, 1), arg_text(call, 0), raw)) {
        return unknown_algorithm(call, arg_text(call, 2));
    }
    *out = value_blob(buf_str(raw));
    return NULL;
}

static err run_crypt(struct function_call *call, struct value *out)
{
    uint64_t ns;
    out->kind = VALUE_TEXT;
    if (!digest_crypt_ns(arg_text(call, 1), &ns))
        return err_sql(call->arena, "22023", "invalid salt");
    if (cost_spend(call->arena, ns)) return NULL; /* 57014: nothing interrupts a hash */
    if (digest_crypt(call->arena, arg_text(call, 0), arg_text(call, 1), &out->s)) return NULL;
    return err_sql(call->arena, "22023", "invalid salt");
}

static err run_gen_salt(struct function_call *call, struct value *out)
{
    int rounds = call->count == 2 ? (int)arg_int(call, 1) : 0;
    out->kind = VALUE_TEXT;
    if (digest_salt(call->arena, arg_text(call, 0), rounds, &out->s)) return NULL;
    return err_sql(call->arena, "22023",
                   rounds ? "gen_salt: Incorrect number of rounds"
                          : "gen_salt: Unknown salt algorithm");
}

static err run_encode(struct function_call *call, struct value *out)
{
    out->kind = VALUE_TEXT;
    return bytea_encode(call->arena, arg_text(call, 0), str_lower(call->arena, arg_text(call, 1)),
                        &out->s);
}

static err run_decode(struct function_call *call, struct value *out)
{
    out->kind = VALUE_BLOB;
    return bytea_decode(call->arena, arg_text(call, 0), str_lower(call->arena, arg_text(call, 1)),
                        &out->s);
}

/* convert_to, convert_from: UTF8 alone. */
static err run_convert(struct function_call *call, struct value *out)
{
    str name = str_lower(call->arena, arg_text(call, 1));
    if (!str_eq(name, STR("utf8")) && !str_eq(name, STR("utf-8"))) {
        return err_sql(call->arena, "0A000", "encoding \"%.*s\" is not supported", STR_FMT(name));
    }
    if (call->row->with) {
        *out = value_blob(arg_text(call, 0));
        return NULL;
    }
    str bytes = arg_text(call, 0);
    if (!utf8_valid(bytes) || str_find_char(bytes, '\0', 0) != SIZE_MAX) {
        return err_sql(call->arena, "22021", "invalid byte sequence for encoding \"UTF8\"");
    }
    *out = value_text(bytes);
    return NULL;
}

#define ROW(symbol, args, body, with)                   \
    {                                                   \
        symbol, args, SHAPE_NONE, FN_STRICT, body, with \
    }
#define RANDOM(symbol, args, body)                                 \
    {                                                              \
        symbol, args, SHAPE_NONE, FN_STRICT | FN_VOLATILE, body, 0 \
    }

static const struct function_row rows[] = {
    RANDOM("pg_random_uuid", 0, run_uuid),
    RANDOM("gen_random_uuid", 0, run_uuid),
    RANDOM("uuid_generate_v4", 0, run_uuid),
    ROW("uuid_nil", 0, run_uuid_nil, 0),
    RANDOM("pg_random_bytes", 1, run_random_bytes),
    ROW("md5_text", 1, run_md5, 0),
    ROW("md5_bytea", 1, run_md5, 0),
    ROW("sha224_bytea", 1, run_sha, 224),
    ROW("sha256_bytea", 1, run_sha, 256),
    ROW("sha384_bytea", 1, run_sha, 384),
    ROW("sha512_bytea", 1, run_sha, 512),
    ROW("pg_digest", 2, run_digest, 0),
    ROW("pg_hmac", 3, run_hmac, 0),
    ROW("pg_crypt", 2, run_crypt, 0),
    RANDOM("pg_gen_salt", 1, run_gen_salt),
    RANDOM("pg_gen_salt_rounds", 2, run_gen_salt),
    ROW("binary_encode", 2, run_encode, 0),
    ROW("binary_decode", 2, run_decode, 0),
    ROW("pg_convert_from", 2, run_convert, 0),
    ROW("pg_convert_to", 2, run_convert, 1),
};

const struct function_table functions_crypto = {rows, COUNT_OF(rows)};
