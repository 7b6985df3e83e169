-- POST /v1/events of the next 1,000 lines of a file, from a byte on. Stops where the file ends.
--     wrk -s events.lua URL -- FILE-OF-EVENTS BYTE

local BATCH = 1000

function setup(thread)
    report = report or dofile(os.getenv("KINDRED_BENCH_SCRIPTS") .. "/report.lua")
    report.setup(thread)
end

function init(arguments)
    file = assert(io.open(arguments[1], "rb"))
    place = tonumber(arguments[2])  -- The byte that the next batch begins at; `done` tells it.
    file:seek("set", place)
    headers = { ["Content-Type"] = "application/x-ndjson" }
end

function request()
    local lines = {}
    for index = 1, BATCH do
        local line = file:read("*l")
        if not line then break end
        lines[index] = line
    end
    -- A batch that is not whole would not count as one: what is left over is left out.
    if #lines < BATCH then
        wrk.thread:stop()
        return wrk.format("GET", "/healthz")
    end
    local body = table.concat(lines, "\n") .. "\n"
    place = place + #body
    return wrk.format("POST", "/v1/events", headers, body)
end

function done(summary, latency) report.finish(summary, latency) end
