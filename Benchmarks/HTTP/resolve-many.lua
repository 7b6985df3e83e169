-- POST /v1/resolve of 1,000 ids at random from a file of existing ones.
--     wrk -s resolve-many.lua URL -- FILE-OF-IDS

local BATCH, BODIES = 1000, 256

function setup(thread)
    report = report or dofile(os.getenv("KINDRED_BENCH_SCRIPTS") .. "/report.lua")
    report.setup(thread)
end

function init(arguments)
    local shared = dofile(os.getenv("KINDRED_BENCH_SCRIPTS") .. "/report.lua")
    local ids = shared.lines(arguments[1])
    local headers = { ["Content-Type"] = "application/json" }
    math.randomseed(1)
    requests, at = {}, 0
    for index = 1, BODIES do
        local chosen = {}
        for place = 1, BATCH do chosen[place] = '"' .. ids[math.random(#ids)] .. '"' end
        local body = '{"ids":[' .. table.concat(chosen, ",") .. "]}"
        requests[index] = wrk.format("POST", "/v1/resolve", headers, body)
    end
end

function request()
    at = at % #requests + 1
    return requests[at]
end

function done(summary, latency) report.finish(summary, latency) end
