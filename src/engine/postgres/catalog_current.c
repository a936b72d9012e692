/* The snapshot that the engine goes by, and where notices of the next come from. */
#include "engine/postgres/engine_int.h"

const struct catalog *engine_pg_catalog_take(struct engine_pg *engine)
{
    pthread_mutex_lock(&engine->catalog_lock);
    const struct catalog *catalog = catalog_ref(engine->catalog);
    pthread_mutex_unlock(&engine->catalog_lock);
    return catalog;
}

void engine_pg_catalog_publish(struct engine_pg *engine, const struct catalog *catalog)
{
    pthread_mutex_lock(&engine->catalog_lock);
    const struct catalog *before = engine->catalog;
    engine->catalog = catalog;
    atomic_store(&engine->catalog_version, catalog_version(catalog));
    pthread_mutex_unlock(&engine->catalog_lock);
    if (before) catalog_unref(before);
}

str engine_pg_direct_url(const struct engine_pg *engine)
{
    const struct engine_postgres_options *options = &engine->options;
    return str_empty(options->direct_url) ? options->url : options->direct_url;
}
