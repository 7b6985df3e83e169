-- What all scripts share: requests that are sent again and again, one line of figures that `run`
-- reads, and reading a file of ids. A script begins with
--     dofile(os.getenv("KINDRED_BENCH_SCRIPTS") .. "/report.lua")
-- and fills `requests` in its `init`. wrk runs a script once for itself and once for each thread.

local threads = {}
local at = 0

-- What `request` sends, one after the other.
requests = {}

-- Keeps the threads, so that `done` can ask them.
function setup(thread) table.insert(threads, thread) end

function request()
    at = at % #requests + 1
    return requests[at]
end

-- Prints the figures: requests, seconds, p50 and p99 in microseconds, statuses over 399, and errors
-- of connections; then the number that a thread keeps in its global `place`, or 0.
function done(summary, latency)
    local errors = summary.errors
    local place = threads[1]:get("place") or 0
    io.write(string.format("FIGURES %d %.6f %d %d %d %d %.0f\n",
        summary.requests, summary.duration / 1e6, latency:percentile(50), latency:percentile(99),
        errors.status, errors.connect + errors.read + errors.write + errors.timeout, place))
end

-- The lines of a file.
function read_lines(path)
    local lines = {}
    for line in io.lines(path) do lines[#lines + 1] = line end
    assert(#lines > 0, path .. " is empty")
    return lines
end
