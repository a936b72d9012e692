#include "base/digest.h"

#include <crypt.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <string.h>

#include "base/crypto.h"

static const EVP_MD *find(str algorithm)
{
    static const struct {
        const char *name;
        const EVP_MD *(*get)(void);
    } rows[] = {
        {"md5",    EVP_md5   },
        {"sha1",   EVP_sha1  },
        {"sha224", EVP_sha224},
        {"sha256", EVP_sha256},
        {"sha384", EVP_sha384},
        {"sha512", EVP_sha512},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        if (str_eq_nocase(algorithm, str_of(rows[i].name))) return rows[i].get();
    }
    return NULL;
}

bool digest(str algorithm, str bytes, struct buf *out)
{
    const EVP_MD *method = find(algorithm);
    unsigned char result[EVP_MAX_MD_SIZE];
    unsigned int len = 0;
    if (!method || !EVP_Digest(bytes.at, bytes.len, result, &len, method, NULL)) return false;
    buf_append(out, result, len);
    return true;
}

bool digest_hmac(str algorithm, str key, str bytes, struct buf *out)
{
    const EVP_MD *method = find(algorithm);
    unsigned char result[EVP_MAX_MD_SIZE];
    unsigned int len = 0;
    if (!method) return false;
    const unsigned char *data = (const unsigned char *)(bytes.at ? bytes.at : "");
    const char *secret = key.at ? key.at : "";
    if (!HMAC(method, secret, (int)key.len, data, bytes.len, result, &len)) return false;
    buf_append(out, result, len);
    return true;
}

/* Six bits a character, the low ones first. */
static uint64_t xdes_rounds(str salt)
{
    static const char digits[] = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    uint64_t rounds = 0;
    for (size_t i = 4; i >= 1; i--) {
        size_t digit = i < salt.len ? str_find_char(str_of(digits), salt.at[i], 0) : 0;
        rounds = rounds * 64 + (digit == SIZE_MAX ? 0 : digit);
    }
    return rounds;
}

bool digest_crypt_ns(str salt, uint64_t *out)
{
    enum { BF_ROUND_NS = 50000, XDES_ROUND_NS = 200, PLAIN_NS = 1000000 };
    *out = PLAIN_NS;
    if (salt.len && salt.at[0] == '_') *out = xdes_rounds(salt) * XDES_ROUND_NS;
    if (!str_starts(salt, STR("$2")))
        return !str_starts(salt, STR("$")) || str_starts(salt, STR("$1$"));
    bool rounds = salt.len > 6 && salt.at[4] >= '0' && salt.at[4] <= '3' && salt.at[5] >= '0' &&
                  salt.at[5] <= '9';
    *out = rounds ? (uint64_t)BF_ROUND_NS << ((salt.at[4] - '0') * 10 + salt.at[5] - '0') : 0;
    return rounds;
}

bool digest_crypt(struct arena *arena, str password, str salt, str *out)
{
    struct crypt_data *data = ARENA_NEW(arena, struct crypt_data);
    const char *hash = crypt_r(str_cstr(arena, password), str_cstr(arena, salt), data);
    if (!hash || hash[0] == '*') return false;
    *out = str_copy(arena, str_of(hash));
    crypto_wipe(data, sizeof *data);
    return true;
}

bool digest_salt(struct arena *arena, str scheme, int rounds, str *out)
{
    static const struct {
        const char *name;
        const char *prefix;
        int rounds;
    } rows[] = {
        {"bf",   "$2a$", 6  },
        {"md5",  "$1$",  0  },
        {"xdes", "_",    725},
        {"des",  "",     0  }
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        if (!str_eq_nocase(scheme, str_of(rows[i].name))) continue;
        char random[32];
        char salt[CRYPT_GENSALT_OUTPUT_SIZE];
        crypto_random(random, sizeof random);
        unsigned long count = (unsigned long)(rounds > 0 ? rounds : rows[i].rounds);
        if (!crypt_gensalt_rn(rows[i].prefix, count, random, sizeof random, salt, sizeof salt)) {
            return false;
        }
        *out = str_copy(arena, str_of(salt));
        return true;
    }
    return false;
}
