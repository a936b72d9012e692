/* ops/config_value.h - which texts a setting can hold, told at the start and not at its first use.
 *
 * Owns: nothing. Threads: any. Errors: none; the table of config.c has the words for a refusal.
 */
#ifndef DAPUR_OPS_CONFIG_VALUE_H
#define DAPUR_OPS_CONFIG_VALUE_H

#include "base/str.h"

/* No control characters: settings reach headers, logs and other programs. */
bool config_is_printable(str value);

bool config_fits_level(str value);           /* "info" */
bool config_fits_address(str value);         /* "127.0.0.1:54321", "[::1]:0", ":80" */
bool config_fits_address_or_none(str value); /* the same, or empty */
bool config_fits_url_or_none(str value);     /* http or https with a host, or empty */
bool config_fits_site(str value);     /* any scheme with something behind it: apps have own ones */
bool config_fits_origins(str value);  /* "https://a.example, http://b.example:8080", or empty */
bool config_fits_names(str value);    /* "public, shop" */
bool config_fits_zone(str value);     /* "Asia/Jakarta", or empty */
bool config_fits_database(str value); /* "postgres://...", or empty */
bool config_fits_pooler(str value);   /* "none" or "transaction" */
bool config_fits_secret(str value);   /* long enough to be one, or empty */

#endif
