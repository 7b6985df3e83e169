internal import ArgumentParser
internal import IdentityModel
internal import WireFormat

/// How events are read.
struct ReadingOptions: ParsableArguments {
    enum Unit: String, ExpressibleByArgument, CaseIterable {
        case s, ms, us, ns

        var timeUnit: TimeUnit {
            switch self {
            case .s: .seconds
            case .ms: .milliseconds
            case .us: .microseconds
            case .ns: .nanoseconds
            }
        }
    }

    @Option(help: "What an integer ts counts since 1970.") var timeUnit: Unit = .ms
    @Option(
        help: ArgumentHelp(
            "The time of events without one: now, line (the line's number) or a time. "
                + "(default: refused; for a CSV without a time column, line)",
            valueName: "now|line|time"))
    var defaultTs: String?
    @Option(
        help: ArgumentHelp(
            "The zone of CSV times without one: Z or an offset such as +01:00.",
            valueName: "zone"))
    var assumeZone: String?

    /// What the decoders are told.
    ///
    /// - Throws: `CommandEnd` with the status of a wrong command line.
    func decoderOptions(_ table: NamespaceTable) throws(CommandEnd) -> EventDecoderOptions {
        EventDecoderOptions(
            namespaces: table, timeUnit: timeUnit.timeUnit, defaultTime: try defaultTime(),
            assumedZoneMinutes: try assumeZone.map { (zone) throws(CommandEnd) in
                try Self.minutes(zone)
            })
    }

    private func defaultTime() throws(CommandEnd) -> DefaultTime {
        switch defaultTs {
        case nil: return .none
        case "now": return .fixed(TimeText.now)
        case "line": return .lineNumber
        case .some(let text): return .fixed(try TimeText.parse(text))
        }
    }

    /// Minutes east of UTC.
    static func minutes(_ zone: String) throws(CommandEnd) -> Int {
        if zone == "Z" || zone == "z" { return 0 }
        let bytes = Array(zone.utf8)
        func two(_ start: Int) -> Int? {
            let digits = bytes[start..<start + 2].map { Int($0) - Int(UInt8(ascii: "0")) }
            guard digits.allSatisfy({ (0...9).contains($0) }) else { return nil }
            return digits[0] * 10 + digits[1]
        }
        guard bytes.count == 6, bytes[3] == UInt8(ascii: ":"),
            bytes[0] == UInt8(ascii: "+") || bytes[0] == UInt8(ascii: "-"),
            let hours = two(1), let minutes = two(4), hours < 24, minutes < 60
        else {
            throw CommandEnd(
                ExitStatus.usage, "--assume-zone takes Z or an offset such as +01:00")
        }
        return (bytes[0] == UInt8(ascii: "-") ? -1 : 1) * (hours * 60 + minutes)
    }
}
