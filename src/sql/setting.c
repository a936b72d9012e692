#include "sql/setting.h"

#define SETTING(name) STR_INIT(#name),
static const str known[] = {
#include "sql/settings.def"
};
#undef SETTING

static bool is_known(str name)
{
    size_t low = 0, high = COUNT_OF(known);
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = str_cmp(name, known[middle]);
        if (order == 0) return true;
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return false;
}

err sql_setting_check(struct arena *arena, str name)
{
    if (str_find_char(name, '.', 0) != SIZE_MAX || is_known(str_lower(arena, name))) return NULL;
    return err_sql(arena, "42704", "unrecognized configuration parameter \"%.*s\"", STR_FMT(name));
}
