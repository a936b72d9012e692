#include "sql/catalog_current.h"

void catalog_current_init(struct catalog_current *current)
{
    atomic_store(&current->version, 0);
    pthread_mutex_init(&current->lock, NULL);
    current->catalog = NULL;
}

void catalog_current_deinit(struct catalog_current *current)
{
    if (current->catalog) catalog_unref(current->catalog);
    pthread_mutex_destroy(&current->lock);
}

void catalog_current_publish(struct catalog_current *current, const struct catalog *catalog)
{
    pthread_mutex_lock(&current->lock);
    const struct catalog *before = current->catalog;
    current->catalog = catalog;
    atomic_store(&current->version, catalog_version(catalog));
    pthread_mutex_unlock(&current->lock);
    if (before) catalog_unref(before);
}

const struct catalog *catalog_current_take(struct catalog_current *current)
{
    pthread_mutex_lock(&current->lock);
    const struct catalog *catalog = catalog_ref(current->catalog);
    pthread_mutex_unlock(&current->lock);
    return catalog;
}

bool catalog_current_follow(struct catalog_current *current, const struct catalog **kept)
{
    if (catalog_current_is(current, *kept)) return false;
    if (*kept) catalog_unref(*kept);
    *kept = catalog_current_take(current);
    return true;
}
