import IdentityModel

/// The part of decoding that no format sees: what was copied into the scratch becomes checked
/// fields. JSON, CSV and the command line share it, so that one value is one key everywhere.
struct EventRules: Sendable {
    /// The namespaces, by their bytes.
    let namespaces: NamespaceIndex
    /// What an integer time counts.
    let timeUnit: TimeUnit
    /// The time of an event that has none.
    var defaultTime: DefaultTime
    /// The time after which an event is refused.
    var latestTime: EventTime

    init(_ options: EventDecoderOptions) {
        namespaces = NamespaceIndex(options.namespaces)
        timeUnit = options.timeUnit
        defaultTime = options.defaultTime
        latestTime = options.latestTime ?? EventTime.maximum
    }

    /// Reads the word of an operation into `operation`.
    @inline(__always)
    static func read(
        _ bytes: Span<UInt8>, _ range: Range<Int>, into operation: inout LinkOperation
    ) -> Rejected? {
        switch ByteWord.name(bytes, range) {
        case 0x6B6E_696C: operation = .link
        case 0x6B6E_696C_6E75: operation = .unlink
        case 0x6E_6162: operation = .ban
        case 0x6E_6162_6E75: operation = .unban
        case 0x65_7672_6573_626F: operation = .observe
        case 0x7465_6772_6F66:
            return Rejected(.notSupported, "op forget is not supported by this release")
        default: return unknownOperation
        }
        return nil
    }

    private static var unknownOperation: Rejected {
        Rejected(.unknownOperation, "op is one of link, unlink, ban, unban, observe")
    }

    /// Makes the scratch's tail from `start` on, `ns:value` as it was written, an identifier.
    ///
    /// `namespaceLength` is given where the namespace was a field of its own.
    @inline(__always)
    func finishIdentifier(
        _ scratch: inout EventScratch, from start: Int, namespaceLength: Int? = nil,
        _ name: StaticString, into identifier: inout DecodedIdentifier
    ) -> Rejected? {
        let match: NamespaceIndex.Match
        switch namespaces.lookup(scratch.bytes.span, from: start, to: scratch.count) {
        case .match(let found): match = found
        case .malformed: return EventRules.malformedNamespace(name)
        case .unnamed:
            return Rejected(.badNamespace, "\(name) has a namespace that this store does not name")
        }
        if let namespaceLength, namespaceLength != match.length {
            return EventRules.malformedNamespace(name)
        }
        let valueStart = start + match.length + 1
        guard scratch.normalizeTail(from: valueStart, by: match.plan) else {
            return Rejected(
                .badPhone, "\(name) is no telephone number: an optional + and 7 to 15 digits")
        }
        let length = scratch.count - valueStart
        guard length > 0 else {
            return Rejected(.emptyValue, "\(name) has an empty value after normalising")
        }
        guard length <= EventLimits.valueBytes else {
            return EventRules.tooLong(name, "value", length, EventLimits.valueBytes)
        }
        identifier = DecodedIdentifier(
            text: start..<scratch.count, namespaceLength: match.length,
            namespaceIndex: match.index)
        return nil
    }

    /// Refuses an event whose ends are one identifier.
    @inline(__always)
    static func checkEnds(_ scratch: EventScratch, _ event: DecodedEvent) -> Rejected? {
        guard scratch.isEqual(event.a.text, event.b.text) else { return nil }
        return Rejected(.selfLink, "a and b are the same identifier after normalising")
    }

    /// Makes the scratch's tail from `start` on a text field of at most `limit` bytes.
    @inline(__always)
    static func finishText(
        _ scratch: EventScratch, from start: Int, _ name: StaticString, limit: Int,
        into place: inout PackedRange
    ) -> Rejected? {
        let length = scratch.count - start
        guard length <= limit else { return EventRules.tooLong(name, "text", length, limit) }
        place = PackedRange(start..<scratch.count)
        return nil
    }

    /// Takes what a timestamp parser said as the event's own time.
    @inline(__always)
    func accept(_ outcome: TimestampParser.Outcome, into time: inout EventTime) -> Rejected? {
        switch outcome {
        case .time(let read):
            guard read <= latestTime else {
                return Rejected(.futureTime, "ts lies more than 24 hours ahead of this clock")
            }
            time = read
            return nil
        case .malformed:
            return Rejected(
                .badTime, "ts is no time: write 2026-01-02T03:04:05Z or an integer since 1970")
        case .zoneMissing:
            return Rejected(.badTime, "ts has no zone: end it with Z or an offset such as +01:00")
        case .outOfRange:
            return Rejected(
                .badTime, "ts lies outside the years 0001 to 9999: check the time unit")
        }
    }

    /// Gives an event without a time its time.
    func acceptDefault(lineNumber: Int, into time: inout EventTime) -> Rejected? {
        switch defaultTime {
        case .none:
            return Rejected(.missingTime, "the event has no ts: add one, or choose a default time")
        case .fixed(let fixed): time = fixed
        case .lineNumber:
            let bounded = min(max(Int64(lineNumber), 0), EventTime.maximum.milliseconds)
            time = EventTime(milliseconds: bounded)
        }
        return nil
    }

    /// Refuses bytes that are too many for a line, or no UTF-8.
    @inline(__always)
    static func checkLine(_ line: Span<UInt8>) -> Rejected? {
        guard line.count <= EventLimits.lineBytes else {
            return Rejected(
                .lineTooLong, "the line has \(line.count) bytes; at most 1 MiB is read")
        }
        return ByteWord.isASCII(line) ? nil : checkUTF8(line)
    }

    private static func checkUTF8(_ line: Span<UInt8>) -> Rejected? {
        do {
            _ = try UTF8Span(validating: line)
            return nil
        } catch {
            return Rejected(
                .badUTF8, "byte \(error.byteOffsets.lowerBound + 1) of the line is not UTF-8")
        }
    }

    private static func malformedNamespace(_ name: StaticString) -> Rejected {
        Rejected(
            .badNamespace,
            "\(name) is written ns:value, where ns matches [a-z][a-z0-9_]{0,31}")
    }

    private static func tooLong(
        _ name: StaticString, _ part: StaticString, _ length: Int, _ limit: Int
    ) -> Rejected {
        Rejected(
            .valueTooLong, "the \(part) of \(name) has \(length) bytes; \(limit) are allowed")
    }
}
