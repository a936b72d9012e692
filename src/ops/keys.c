#include "ops/keys.h"

#include "base/clock.h"
#include "base/crypto.h"
#include "base/log.h"
#include "ops/files.h"
#include "ops/project.h"

enum { KEYS_BYTES_MAX = 64 * 1024, SECRET_BYTES = 32 };

#define SEAL_PURPOSE "dapur.keys 1"
#define SEAL_BOUND STR("dapur.keys/project")

/* A file ---------------------------------------------------------------------------------------- */

static str render(struct arena *arena, const struct api_keys *keys)
{
    struct buf *text = buf_in(arena, KEYS_BYTES_MAX);
    api_keys_render(keys, text);
    return buf_str(text);
}

static err load_file(struct arena *arena, const struct config *config, struct api_keys *out)
{
    str path = str_printf(arena, "%.*s/keys", STR_FMT(config->database.dir));
    if (file_exists(arena, path)) {
        str text;
        TRY(file_read(arena, path, KEYS_BYTES_MAX, &text));
        return api_keys_parse(arena, text, out);
    }
    TRY(folder_make(arena, config->database.dir, 0700));
    TRY(api_keys_make(arena, clock_real_s(), out));
    str line = str_printf(arena, "%.*s\n", STR_FMT(render(arena, out)));
    return file_write(arena, path, line, 0600);
}

/* The secret ------------------------------------------------------------------------------------- */

static str secret_path(struct arena *arena, const struct config *config)
{
    return str_printf(arena, "%.*s/secret", STR_FMT(config->database.dir));
}

/* The setting, else the file of an earlier start; empty when there is neither. */
static err find_secret(struct arena *arena, const struct config *config, str *out)
{
    str path = secret_path(arena, config);
    *out = config->security.secret;
    if (!str_empty(*out) || !file_exists(arena, path)) return NULL;
    TRY(file_read(arena, path, KEYS_BYTES_MAX, out));
    while (out->len && (unsigned char)out->at[out->len - 1] <= ' ') out->len--;
    if (str_empty(*out))
        return err_new(arena, ERR_CONFIG, "the file \"%.*s\" is empty", STR_FMT(path));
    return NULL;
}

static err make_secret(struct arena *arena, const struct config *config, str *out)
{
    uint8_t random[SECRET_BYTES];
    crypto_random(random, sizeof random);
    struct buf *text = buf_in(arena, 0);
    crypto_base64url(text, str_from(random, sizeof random));
    crypto_wipe(random, sizeof random);
    *out = str_copy(arena, buf_str(text));
    buf_char(text, '\n');
    str path = secret_path(arena, config);
    TRY(folder_make(arena, config->database.dir, 0700));
    TRY(file_write(arena, path, buf_str(text), 0600));
    log_warn("a secret was made for the project's keys: give it to other nodes as "
             "DAPUR_SECURITY_SECRET",
             LOG_STR("file", path));
    return NULL;
}

/* HMAC as a key derivation: one input block, one output block (RFC 5869's expand step). */
static void derive(struct arena *arena, str secret, uint8_t key[CRYPTO_KEY_BYTES])
{
    const struct crypto_hmac *hmac = crypto_hmac_new(arena, secret);
    crypto_hmac_sign(hmac, STR(SEAL_PURPOSE "\1"), key);
}

/* A database ------------------------------------------------------------------------------------- */

static err with_hint(struct arena *arena, struct err *error)
{
    return err_hint(
        arena, error,
        "Give this node the DAPUR_SECURITY_SECRET of the others, or the file \"secret\" "
        "from the data folder of the first.");
}

static err unseal(struct arena *arena, str secret, str sealed, struct api_keys *out)
{
    uint8_t key[CRYPTO_KEY_BYTES];
    struct buf *bytes = buf_in(arena, KEYS_BYTES_MAX), *text = buf_in(arena, KEYS_BYTES_MAX);
    derive(arena, secret, key);
    bool fine = crypto_base64_decode(bytes, sealed) &&
                crypto_open(text, str_from(key, sizeof key), SEAL_BOUND, buf_str(bytes));
    crypto_wipe(key, sizeof key);
    if (fine) return api_keys_parse(arena, buf_str(text), out);
    return with_hint(arena, err_new(arena, ERR_CONFIG,
                                    "the keys in the database were sealed under another secret"));
}

static err store(struct arena *arena,
                 struct engine *engine,
                 str secret,
                 const struct api_keys *keys)
{
    uint8_t key[CRYPTO_KEY_BYTES];
    struct buf *bytes = buf_in(arena, 0), *sql = buf_in(arena, 0);
    derive(arena, secret, key);
    crypto_seal(bytes, str_from(key, sizeof key), SEAL_BOUND, render(arena, keys));
    crypto_wipe(key, sizeof key);
    buf_lit(sql, "INSERT INTO dapur.keys (name, sealed) VALUES ('project', '");
    crypto_base64(sql, buf_str(bytes));
    buf_lit(sql, "')");
    struct script_options options = {
        .file = STR("keys"), .text = buf_str(sql), .role = STR("supabase_admin")};
    return engine->script(engine, arena, &options);
}

static err load_or_make(struct arena *arena,
                        const struct config *config,
                        struct engine *engine,
                        struct api_keys *out)
{
    str sealed, secret;
    TRY(project_value(arena, engine, STR("SELECT sealed FROM dapur.keys WHERE name = 'project'"),
                      &sealed));
    TRY(find_secret(arena, config, &secret));
    if (!str_empty(sealed) && str_empty(secret))
        return with_hint(arena, err_new(arena, ERR_CONFIG,
                                        "the keys in the database are sealed, and this node has "
                                        "no secret"));
    if (!str_empty(sealed)) return unseal(arena, secret, sealed, out);
    if (str_empty(secret)) TRY(make_secret(arena, config, &secret));
    TRY(api_keys_make(arena, clock_real_s(), out));
    return store(arena, engine, secret, out);
}

err keys_load(struct arena *arena,
              const struct config *config,
              struct engine *engine,
              struct api_keys *out)
{
    if (str_empty(config->database.url)) return load_file(arena, config, out);
    struct engine_lock *lock;
    TRY(project_lock(arena, engine, &lock));
    err error = load_or_make(arena, config, engine, out);
    project_unlock(engine, lock);
    return error;
}
