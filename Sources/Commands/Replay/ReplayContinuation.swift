internal import IdentityModel
internal import NodeRuntime
internal import WireFormat

/// The command that goes on with a replay that stopped, behind what is acknowledged.
struct ReplayContinuation {
    /// The command that stopped.
    let command: ReplayCommand
    /// The words that name the store.
    let storeWords: [String]
    /// The time of events without one, as it was for the lines before; nil: none was asked for.
    let defaultTime: DefaultTime
    /// The last line that is acknowledged, with all before it; nil: none is.
    let acknowledged: ReplayPlace?
    /// Whether an event took its line's number for its time, counted from the first file on.
    let usesLineNumbers: Bool

    /// The command as a shell takes it.
    var text: String {
        let words = ["kindred", "replay"] + storeWords + fromLine + options
        let separator = files.contains { $0.hasPrefix("-") && $0 != "-" } ? ["--"] : []
        return (words + separator + files).map(ShellText.quoted).joined(separator: " ")
    }

    /// Where to go on; nil: from the start, which numbers that run on over the files ask for.
    private var place: ReplayPlace? {
        guard let acknowledged, !(usesLineNumbers && acknowledged.fileIndex > 0) else { return nil }
        return acknowledged
    }

    private var files: [String] { Array(command.files[(place?.fileIndex ?? 0)...]) }

    private var fromLine: [String] {
        let line = place.map { $0.line + 1 } ?? command.fromLine
        return line > 1 ? ["--from-line", "\(line)"] : []
    }

    private var options: [String] {
        var words: [String] = []
        func add(_ name: String, _ value: String?) {
            if let value { words += [name, value] }
        }
        if command.reading.timeUnit != .ms { add("--time-unit", command.reading.timeUnit.rawValue) }
        switch defaultTime {
        case .none: break
        case .fixed(let time): add("--default-ts", TimestampText.print(time))
        case .lineNumber: add("--default-ts", "line")
        }
        add("--assume-zone", command.reading.assumeZone)
        words += command.csv.words
        add("--rejects", command.rejects)
        add("--changes", command.changes)
        if command.reveal { words.append("--reveal") }
        if command.failOnReject { words.append("--fail-on-reject") }
        let store = command.store
        add("--config", store.data.common.config)
        add("--log-level", store.data.common.logLevel)
        add("--durability", store.durability)
        add("--namespaces", store.namespaces)
        add("--profiles", store.profiles)
        add("--key-file", store.keyFile)
        add("--partitions", store.partitions)
        if let checkpointEvents = command.checkpointEvents {
            add("--checkpoint-events", "\(checkpointEvents)")
        }
        add("--memory", store.memory)
        add("--progress-every", command.progressEvery.map { "\($0)" })
        add("--events-per-second", command.feed.eventsPerSecond.map { "\($0)" })
        if command.feed.noWait { words.append("--no-wait") }
        if command.format.json { words.append("--json") }
        return words
    }
}
