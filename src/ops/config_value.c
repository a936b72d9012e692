#include "ops/config_value.h"

#include "base/log.h"
#include "types/tz.h"

enum { PORT_MAX = 65535, SECRET_BYTES_LEAST = 16 };

bool config_is_printable(str value)
{
    for (size_t i = 0; i < value.len; i++)
        if ((unsigned char)value.at[i] < ' ' || value.at[i] == 0x7f) return false;
    return true;
}

bool config_fits_level(str value)
{
    enum log_level level;
    return log_level_find(value, &level);
}

bool config_fits_address(str value)
{
    uint64_t port;
    size_t colon = value.len;
    while (colon > 0 && value.at[colon - 1] != ':') colon--;
    if (!colon || !str_to_u64(str_skip(value, colon), &port) || port > PORT_MAX) return false;
    str host = str_slice(value, 0, colon - 1);
    bool bracketed = str_starts(host, STR("[")) && str_ends(host, STR("]"));
    /* "::1:80" could be a host with a port or an address without one. */
    return str_find_char(host, '/', 0) == SIZE_MAX && str_find_char(host, ' ', 0) == SIZE_MAX &&
           (bracketed || str_find_char(host, ':', 0) == SIZE_MAX);
}

bool config_fits_address_or_none(str value)
{
    return str_empty(value) || config_fits_address(value);
}

/* The part behind "https://"; false: another scheme, or nothing behind it. */
static bool cut_web_scheme(str value, str *rest)
{
    static const str schemes[] = {STR_INIT("http://"), STR_INIT("https://")};
    for (size_t i = 0; i < COUNT_OF(schemes); i++) {
        if (!str_starts(value, schemes[i])) continue;
        *rest = str_skip(value, schemes[i].len);
        return !str_empty(*rest) && rest->at[0] != '/' && str_find_char(*rest, ' ', 0) == SIZE_MAX;
    }
    return false;
}

bool config_fits_url_or_none(str value)
{
    str rest;
    return str_empty(value) || cut_web_scheme(value, &rest);
}

bool config_fits_site(str value)
{
    size_t at = str_find(value, STR("://"), 0);
    return at != SIZE_MAX && at > 0 && at + 3 < value.len &&
           str_find_char(value, ' ', 0) == SIZE_MAX;
}

bool config_fits_origins(str value)
{
    while (!str_empty(value)) {
        str item, host;
        str_cut(value, ',', &item, &value);
        item = str_trim(item);
        if (str_empty(item)) continue;
        /* A browser sends neither a path nor capitals: such an item would never match. */
        if (!cut_web_scheme(item, &host) || str_find_char(host, '/', 0) != SIZE_MAX) return false;
        for (size_t i = 0; i < host.len; i++)
            if ((host.at[i] >= 'A' && host.at[i] <= 'Z') || host.at[i] == '*') return false;
    }
    return true;
}

bool config_fits_names(str value)
{
    size_t count = 0;
    while (!str_empty(value)) {
        str item;
        str_cut(value, ',', &item, &value);
        count += !str_empty(str_trim(item));
    }
    return count > 0;
}

bool config_fits_zone(str value)
{
    return str_empty(value) || tz_find(value) != NULL;
}

bool config_fits_pooler(str value)
{
    return str_eq(value, STR("none")) || str_eq(value, STR("transaction"));
}

bool config_fits_secret(str value)
{
    return str_empty(value) || value.len >= SECRET_BYTES_LEAST;
}

bool config_fits_database(str value)
{
    return str_empty(value) || str_starts(value, STR("postgres://")) ||
           str_starts(value, STR("postgresql://"));
}
