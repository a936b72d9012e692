/* base/digest.h - hashes by name and crypt(3): what SQL's pgcrypto functions need.
 *
 * For passwords and tokens of the product itself use crypto.h; these are here because users' SQL
 * names them (md5, sha1).
 *
 * Owns:    nothing. Threads: any. Errors: answered as false.
 */
#ifndef DAPUR_BASE_DIGEST_H
#define DAPUR_BASE_DIGEST_H

#include "base/buf.h"

enum { DIGEST_BYTES_MAX = 64 };

/* md5, sha1, sha224, sha256, sha384, sha512, in any case. Appends raw bytes; false: unknown name. */
MUST_USE bool digest(str algorithm, str bytes, struct buf *out);
MUST_USE bool digest_hmac(str algorithm, str key, str bytes, struct buf *out);
/* About how long digest_crypt with this salt takes; false when it is of no scheme of pgcrypto (des, md5,
 * xdes, bf): libcrypt knows others, some of which take years on request. */
MUST_USE bool digest_crypt_ns(str salt, uint64_t *out);
/* crypt(3) by the salt's own scheme; false when the salt is not one. Slow by design. */
MUST_USE bool digest_crypt(struct arena *arena, str password, str salt, str *out);
/* gen_salt: "bf" (rounds 4 to 31, 0: 6), "md5", "xdes", "des"; false for others. */
MUST_USE bool digest_salt(struct arena *arena, str scheme, int rounds, str *out);

#endif
