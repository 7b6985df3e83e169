-- GET /v1/resolve of one existing id after the other, in the random order of a file.
--     wrk -s resolve-one.lua URL -- FILE-OF-IDS

dofile(os.getenv("KINDRED_BENCH_SCRIPTS") .. "/report.lua")

function init(arguments)
    for index, id in ipairs(read_lines(arguments[1])) do
        local escaped = id:gsub("[^%w%-._~]", function(byte)
            return string.format("%%%02X", string.byte(byte))
        end)
        requests[index] = wrk.format("GET", "/v1/resolve?id=" .. escaped)
    end
end
