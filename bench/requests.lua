-- requests.lua - wrk's requests, built once: -- TOKEN KEY METHOD PATH... ("%d" in a path takes the ids
-- 1, 101, 201..., which belong to the token's user). With POST the body follows, with %d likewise. TOKEN "-": none.
local made, count, at = {}, 0, 0

local function add(request) count = count + 1; made[count] = request end

function init(args)
    local token, key, method, path, body = args[1], args[2], args[3], args[4], args[5]
    local headers = {["apikey"] = key, ["Host"] = "127.0.0.1"}
    if token ~= "-" then headers["Authorization"] = "Bearer " .. token end
    if method == "POST" then
        headers["Content-Type"] = "application/json"
        headers["Prefer"] = "return=minimal"
        for n = 0, 99 do add(wrk.format("POST", path, headers, (body:gsub("%%d", tostring(n * 100 + 1))))) end
    elseif path:find("%d", 1, true) then
        for n = 0, 99 do add(wrk.format("GET", (path:gsub("%%d", tostring(n * 100 + 1))), headers)) end
    else
        add(wrk.format("GET", path, headers))
    end
end

function request()
    at = at % count + 1
    return made[at]
end

-- One line for bench/run: answers, µs, answers that were not 2xx, broken connections.
function done(summary)
    local e = summary.errors
    io.write(string.format("RESULT %d %d %d %d\n", summary.requests, summary.duration, e.status, e.connect + e.read + e.write + e.timeout))
end
