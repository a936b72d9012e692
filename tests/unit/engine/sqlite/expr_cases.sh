#!/bin/sh
# Asks PostgreSQL 15 for the answers of expr_cases.txt: rewrites each expression's answer in place.
# A server must be reachable through PGHOST (initdb --locale=C.UTF-8), with citext, pgcrypto,
# uuid-ossp and pg_trgm in schema "extensions". now() cannot be fixed there: leave it out.
set -eu
cd "$(dirname "$0")"
export PGOPTIONS="-c timezone=UTC -c search_path=public,extensions -c client_min_messages=error"
grep '^> \|^#' expr_cases.txt | while IFS= read -r line; do
    case $line in
    '#'*) printf '%s\n' "$line"; continue ;;
    esac
    expression=${line#> }
    answer=$(psql -XAtq -v VERBOSITY=sqlstate -P 'null=\N' -v ON_ERROR_STOP=1 \
        -c "SELECT $expression" 2>&1) || true
    case $answer in
    *ERROR:*) answer="! $(printf '%s' "$answer" | sed -n 's/.*ERROR:  *\([0-9A-Z]\{5\}\).*/\1/p' | head -n 1)" ;;
    *) answer="= $(printf '%s' "$answer" | tr '\n' '|')" ;;
    esac
    printf '%s\n%s\n' "$line" "$answer"
done >expr_cases.new
mv expr_cases.new expr_cases.txt
