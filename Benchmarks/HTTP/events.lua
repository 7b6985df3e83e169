-- POST /v1/events of the next 1,000 lines of a file, from a byte on; with a pause between an answer
-- and the next request of its connection. Fails where the file ends.
--     wrk -s events.lua URL -- FILE-OF-EVENTS BYTE PAUSE-IN-MILLISECONDS

dofile(os.getenv("KINDRED_BENCH_SCRIPTS") .. "/report.lua")

local BATCH = 1000

function init(arguments)
    file = assert(io.open(arguments[1], "rb"))
    place = tonumber(arguments[2])  -- The byte that the next batch begins at; `done` tells it.
    file:seek("set", place)
    local pause = tonumber(arguments[3])
    -- wrk asks for pauses if there is such a function.
    if pause > 0 then delay = function() return pause end end
    headers = { ["Content-Type"] = "application/x-ndjson" }
end

-- No event is sent twice.
function request()
    local lines = {}
    for index = 1, BATCH do
        local line = file:read("*l")
        if not line then break end
        lines[index] = line
    end
    if #lines < BATCH then error("the events have come to their end: give more (--more)") end
    local body = table.concat(lines, "\n") .. "\n"
    place = place + #body
    return wrk.format("POST", "/v1/events", headers, body)
end
