-- GET /v1/resolve of one existing id after the other, in the random order of a file.
--     wrk -s resolve-one.lua URL -- FILE-OF-IDS

function setup(thread)
    report = report or dofile(os.getenv("KINDRED_BENCH_SCRIPTS") .. "/report.lua")
    report.setup(thread)
end

function init(arguments)
    local shared = dofile(os.getenv("KINDRED_BENCH_SCRIPTS") .. "/report.lua")
    requests, at = {}, 0
    for index, id in ipairs(shared.lines(arguments[1])) do
        local escaped = id:gsub("[^%w%-._~]", function(byte)
            return string.format("%%%02X", string.byte(byte))
        end)
        requests[index] = wrk.format("GET", "/v1/resolve?id=" .. escaped)
    end
end

function request()
    at = at % #requests + 1
    return requests[at]
end

function done(summary, latency) report.finish(summary, latency) end
