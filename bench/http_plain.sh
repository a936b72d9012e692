#!/bin/sh
# bench/http_plain.sh SERVER - plain answers against nginx `return 200`, A B A B in one run.
#
# SERVER is the program made of bench/http_plain_server.c. Both servers run on core 0, wrk on core 1.
# Prints req/s of each round and CPU µs per request, then the ratio of the sums: machines are noisy, a claim is a ratio.
set -eu
server=$1
rounds=${ROUNDS:-4}
seconds=${SECONDS_EACH:-4}
dir=$(mktemp -d)
trap 'kill $nginx_pid $own_pid 2>/dev/null || true; rm -rf "$dir"' EXIT

cat >"$dir/nginx.conf" <<CONF
worker_processes 1; daemon off; pid $dir/pid; error_log $dir/error.log;
events { worker_connections 1024; }
http { access_log off; keepalive_requests 1000000000; default_type application/json;
    server { listen 127.0.0.1:8098; location / { return 200 '{"hello":"world"}'; } } }
CONF
taskset -c 0 nginx -c "$dir/nginx.conf" 2>/dev/null & nginx_pid=$!
taskset -c 0 "$server" 127.0.0.1:8099 >/dev/null & own_pid=$!
for port in 8098 8099; do
    tries=0
    until curl -s -o "$dir/first" "http://127.0.0.1:$port/"; do
        tries=$((tries + 1))
        [ $tries -lt 50 ] || { echo "nothing answers on $port" >&2; exit 1; }
        sleep 0.1
    done
done

# User and system ticks (10 ms) of a process and of nginx's worker.
ticks() { cat "/proc/$1/stat" | awk '{ print $14 + $15 }'; }
worker() { cat "/proc/$nginx_pid/task/$nginx_pid/children" | awk '{ print $1 }'; }
load() { # load NAME PORT PID
    before=$(ticks "$3")
    line=$(taskset -c 1 wrk -t1 -c64 -d"${seconds}s" "http://127.0.0.1:$2/" |
        awk '/requests in/ { n = $1 } /Requests\/sec/ { r = $2 } END { print n, r }')
    after=$(ticks "$3")
    echo "$1 $line $((after - before))" | awk '{ printf "%-6s %9.0f req/s  %5.2f CPU us/req\n", $1, $3, $4 * 10000 / $2 }'
    echo "$1 $line" >>"$dir/sums"
}
round=0
while [ $round -lt "$rounds" ]; do
    load nginx 8098 "$(worker)"
    load dapur 8099 "$own_pid"
    round=$((round + 1))
done
awk '{ sum[$1] += $3 } END { printf "ratio  %.2f of nginx\n", sum["dapur"] / sum["nginx"] }' "$dir/sums"
