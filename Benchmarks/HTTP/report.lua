-- What all scripts share: one line of figures that `run` reads, and reading a file of ids.

local report = {}
local threads = {}

-- Keeps the threads, so that `finish` can ask them.
function report.setup(thread) table.insert(threads, thread) end

-- Prints the figures: requests, seconds, p50 and p99 in microseconds, statuses over 399, and errors
-- of connections; then the number that a thread keeps in its global `place`, or 0.
function report.finish(summary, latency)
    local errors = summary.errors
    local place = threads[1]:get("place") or 0
    io.write(string.format("FIGURES %d %.6f %d %d %d %d %.0f\n",
        summary.requests, summary.duration / 1e6, latency:percentile(50), latency:percentile(99),
        errors.status, errors.connect + errors.read + errors.write + errors.timeout, place))
end

-- The lines of a file.
function report.lines(path)
    local lines = {}
    for line in io.lines(path) do lines[#lines + 1] = line end
    assert(#lines > 0, path .. " is empty")
    return lines
end

return report
