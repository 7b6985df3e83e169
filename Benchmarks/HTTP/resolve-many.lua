-- POST /v1/resolve of 1,000 ids at random from a file of existing ones.
--     wrk -s resolve-many.lua URL -- FILE-OF-IDS

dofile(os.getenv("KINDRED_BENCH_SCRIPTS") .. "/report.lua")

local BATCH, BODIES = 1000, 256

function init(arguments)
    local ids = read_lines(arguments[1])
    local headers = { ["Content-Type"] = "application/json" }
    math.randomseed(1)
    for index = 1, BODIES do
        local chosen = {}
        for place = 1, BATCH do chosen[place] = '"' .. ids[math.random(#ids)] .. '"' end
        local body = '{"ids":[' .. table.concat(chosen, ",") .. "]}"
        requests[index] = wrk.format("POST", "/v1/resolve", headers, body)
    end
end
