#include "api/auth/password.h"

/* Rules ------------------------------------------------------------------------------------------ */

str auth_password_weakness(const struct auth *auth, str password)
{
    return password.len < auth->options.password_bytes_min ? STR("[\"length\"]") : STR_NONE;
}

err auth_password_check(struct auth_request *request, str password)
{
    struct arena *arena = request->arena;
    if (password.len > PASSWORD_BYTES_MAX)
        return auth_err(arena, 400, "validation_failed",
                        "Password cannot be longer than %d characters", PASSWORD_BYTES_MAX);
    str reasons = auth_password_weakness(request->auth, password);
    if (str_empty(reasons)) return NULL;
    struct err *error =
        auth_err(arena, 422, "weak_password", "Password should be at least %zu characters.",
                 request->auth->options.password_bytes_min);
    return err_details(arena, error, "%.*s", STR_FMT(reasons));
}

enum { BCRYPT_CHARS = 60, BCRYPT_SALT_AT = 7, BCRYPT_COST_MAX = 15 };

/* "$2b$10$": the cost, or 0 for another kind of hash. */
static int64_t bcrypt_cost(str hash)
{
    int64_t cost;
    bool form = hash.len == BCRYPT_CHARS && str_starts(hash, STR("$2")) && hash.at[3] == '$' &&
                (hash.at[2] == 'a' || hash.at[2] == 'b' || hash.at[2] == 'y') && hash.at[6] == '$';
    return form && str_to_i64(str_slice(hash, 4, 6), &cost) ? cost : 0;
}

bool auth_hash_usable(str hash)
{
    int64_t cost = bcrypt_cost(hash);
    if (cost < 4 || cost > BCRYPT_COST_MAX) return false; /* a dearer one would stop the workers */
    for (size_t i = BCRYPT_SALT_AT; i < hash.len; i++) {
        char c = hash.at[i];
        bool known = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                     c == '.' || c == '/';
        if (!known) return false;
    }
    return true;
}

str auth_dummy_hash(struct arena *arena, int cost)
{
    /* Checking compares a computed hash with this text; that no password leads to it changes
     * nothing about the time it takes. */
    return str_printf(arena, "$2b$%02d$......................%s", cost,
                      "0123456789012345678901234567890");
}

/* Jobs --------------------------------------------------------------------------------------------- */

struct hash_job {
    struct job job; /* first */
    struct arena *arena;
    struct auth_request *request;
    struct secret *password;
    str known; /* to verify against; empty: only make one */
    bool known_is_real;
    int cost;
    struct auth_hashed hashed;
    err error;
    auth_hash_handler *then;
};

static void run(struct job *base)
{
    struct hash_job *job = (struct hash_job *)base;
    str password = secret_bytes(job->password);
    bool make = str_empty(job->known);
    if (!make) {
        bool right = crypto_bcrypt_verify(password, job->known);
        job->hashed.right = right && job->known_is_real;
        make = job->hashed.right && bcrypt_cost(job->known) != job->cost;
    }
    if (make) job->error = crypto_bcrypt(job->arena, password, job->cost, &job->hashed.hash);
}

static void done(struct job *base)
{
    struct hash_job *job = (struct hash_job *)base;
    err error = job->error ? job->error : job->then(job->request, &job->hashed);
    if (error) auth_respond_error(job->request, error);
}

static void free_arena(void *object)
{
    arena_free(object);
}

static err submit(
    struct auth_request *request, str password, str known, bool real, auth_hash_handler *then)
{
    struct arena *arena = arena_new(0); /* the worker's own while it runs */
    arena_defer(request->arena, free_arena, arena);
    struct hash_job *job = ARENA_NEW(arena, struct hash_job);
    *job = (struct hash_job){
        .job = {.run = run, .done = done},
        .arena = arena,
        .request = request,
        .password = secret_new(arena, password),
        .known = str_copy(arena, known),
        .known_is_real = real,
        .cost = request->auth->options.bcrypt_cost,
        .then = then,
    };
    if (workers_submit(request->auth->options.hashers, &job->job)) return NULL;
    struct err *error = auth_err(request->arena, 429, "over_request_rate_limit",
                                 "Too many passwords are being checked, try again");
    return err_hint(request->arena, error, "1");
}

err auth_hash(struct auth_request *request, str password, auth_hash_handler *then)
{
    return submit(request, password, STR_NONE, false, then);
}

err auth_hash_verify(struct auth_request *request, str password, str hash, auth_hash_handler *then)
{
    bool real = auth_hash_usable(hash);
    return submit(request, password, real ? hash : request->auth->dummy_hash, real, then);
}
