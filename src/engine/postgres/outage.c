/* An outage is one line when the first notices it, and one when the last is served again; the requests that were
 * refused meanwhile are counted, not logged: their number is the clients' choice. */
#include "base/clock.h"
#include "base/log.h"
#include "engine/postgres/engine_int.h"

void engine_pg_outage_begin(struct engine_pg *engine, err why)
{
    if (atomic_fetch_add(&engine->outage_parties, 1) > 0) return;
    atomic_store(&engine->outage_since_ms, clock_mono_ms());
    log_warn("the database cannot be reached", LOG_STR("error", why->message),
             LOG_STR("details", why->details));
}

void engine_pg_outage_end(struct engine_pg *engine)
{
    if (atomic_fetch_sub(&engine->outage_parties, 1) > 1) return;
    log_info("the database is back",
             LOG_INT("ms", clock_mono_ms() - atomic_load(&engine->outage_since_ms)),
             LOG_INT("refused", atomic_exchange(&engine->outage_refused, 0)));
}
