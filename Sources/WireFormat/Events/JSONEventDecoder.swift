package import IdentityModel

/// Decodes one JSON event a line, allocating nothing for an ordinary one.
///
/// Two passes: a scan checks the whole line and finds the fields; then the fields are judged in a
/// fixed order, whatever their order in the line. Where several reasons apply, the first of these
/// is given:
/// 1. `line_too_long`, `bad_utf8`.
/// 2. `malformed_json` or `too_deep`, whichever stands first in the line.
/// 3. `duplicate_key`: in the event's own object, and in the objects of `a` and `b`; keys compare
///    as what they stand for, escapes undone. Objects inside ignored values are not searched.
/// 4. `op`: `bad_type`, `unknown_op`, `not_supported`.
/// 5. `a`, then `b`: `missing_end`, `bad_type`, `bad_namespace`, `bad_phone`, `empty_value`,
///    `value_too_long`; then `self_link`.
/// 6. `ts`: `missing_ts`, `bad_type`, `bad_ts`, `future_ts`; then `source`, `id`, `reason`.
/// 7. `attributes` of an observe: `bad_type` if they are no object; `duplicate_key`, as 3; then the
///    first in the line that is wrong: `empty_value`, `value_too_long` or `bad_type` (a control
///    character) of a name, `too_many_attributes`, `bad_type` or `value_too_long` of a value; then
///    `too_many_attributes` where they are too long together.
///
/// Decisions that the format leaves open:
/// - null is the same as an absent key, everywhere: `"a":null` is `missing_end`.
/// - An integer is `0` or an optional minus and digits not led by 0. So -0, 1.0 and 1e3 are
///   `bad_type`, in values, ids and times.
/// - `\u0000` is a byte like any other. A surrogate without its other half is `malformed_json`.
/// - An empty `source` or `id` is `empty_value`; an empty `reason` is none.
/// - The `b` of an observe is ignored and counts as one key, unless it is null or absent;
///   `attributes` is an unknown key on every other operation.
/// - Of attributes, an empty string is a value. Numbers are read in fixed point: -0 is 0, and 1.50
///   is 1.5. A number of 10^20 or more, either side of zero, is `value_too_long`.
/// - JSON white space may stand around the event, so a carriage return before the line's end is
///   nothing; a line of nothing else is `malformed_json`.
package struct JSONEventDecoder: Sendable {
    /// What the ranges of the last decoded event point into.
    package private(set) var scratch = EventScratch()
    private var rules: EventRules
    private var keys = JSONKeyRegister()
    private var attributes = EventAttributes()

    /// A decoder for lines of one run.
    package init(options: EventDecoderOptions) { rules = EventRules(options) }

    /// Decodes what follows as of a moment: events without a time have this one, and later ones
    /// than `latest` are refused. For what comes from many senders, each with its own time.
    package mutating func arrive(at time: EventTime, latest: EventTime) {
        rules.defaultTime = .fixed(time)
        rules.latestTime = latest
    }

    /// Decodes one line, without its line feed; `lineNumber` counts from 1.
    package mutating func decode(_ line: Span<UInt8>, lineNumber: Int) -> DecodeOutcome {
        if let rejected = EventRules.checkLine(line) { return .rejected(rejected) }
        var scan = JSONEventScan()
        keys.reset()
        guard scan.scan(line, keys: &keys) else {
            guard let fault = scan.scanner.fault else {
                preconditionFailure("a scan that stops says why")
            }
            return .rejected(fault.rejected)
        }
        if let place = keys.duplicate { return .rejected(JSONKeyRegister.rejected(line, place)) }
        scratch.reset()
        var event = DecodedEvent()
        event.ignored = Int32(scan.fields.ignoredKeys)
        if let rejected = judge(line, &scan.fields, lineNumber, &event) {
            return .rejected(rejected)
        }
        return .event(event)
    }

    /// Judges the fields in their fixed order. They are passed in place only to spare a copy.
    private mutating func judge(
        _ line: Span<UInt8>, _ fields: inout JSONFields, _ lineNumber: Int,
        _ event: inout DecodedEvent
    ) -> Rejected? {
        if let rejected = readOperation(line, fields.operation, &event) { return rejected }
        if let rejected = readEnd(line, fields.a, "a", into: &event.a) { return rejected }
        event.ignored += Int32(fields.a.ignoredKeys)
        if event.operation != .observe {
            if let rejected = readEnd(line, fields.b, "b", into: &event.b) { return rejected }
            event.ignored += Int32(fields.b.ignoredKeys)
            if let rejected = EventRules.checkEnds(scratch, event) { return rejected }
        } else if !fields.b.token.isAbsent {
            event.ignored += 1
        }
        if let rejected = readTime(line, fields.time, lineNumber, &event) { return rejected }
        if !fields.source.isAbsent,
            let rejected = readSource(line, fields.source, &event)
        {
            return rejected
        }
        if !fields.eventID.isAbsent,
            let rejected = readEventID(line, fields.eventID, &event)
        {
            return rejected
        }
        if !fields.reason.isAbsent,
            let rejected = readText(
                line, fields.reason, "reason", limit: EventLimits.reasonBytes,
                into: &event.reasonPlace)
        {
            return rejected
        }
        return fields.attributes.kind == .absent
            ? nil : readAttributes(line, fields.attributes, &event)
    }

    @inline(__always)
    private mutating func readOperation(
        _ line: Span<UInt8>, _ token: JSONToken, _ event: inout DecodedEvent
    ) -> Rejected? {
        switch token.kind {
        case .absent, .null: return nil
        case .string: return EventRules.read(line, token.range, into: &event.operation)
        case .escapedString:
            let start = append(line, token)
            let range = start..<scratch.count
            scratch.truncate(to: start)
            return EventRules.read(
                scratch.bytes.span, range, into: &event.operation)
        default: return JSONEventDecoder.badType("op", "a string")
        }
    }

    private mutating func readAttributes(
        _ line: Span<UInt8>, _ token: JSONToken, _ event: inout DecodedEvent
    ) -> Rejected? {
        guard event.operation == .observe else {
            event.ignored += 1
            return nil
        }
        if token.kind == .null { return nil }
        guard token.kind == .object else {
            return JSONEventDecoder.badType("attributes", "an object of names and values")
        }
        return attributes.read(line, token, keys: &keys, scratch: &scratch, into: &event)
    }

    @inline(__always)
    private mutating func readEnd(
        _ line: Span<UInt8>, _ end: JSONEnd, _ name: StaticString,
        into identifier: inout DecodedIdentifier
    ) -> Rejected? {
        switch end.token.kind {
        case .string, .escapedString:
            let start = append(line, end.token)
            return rules.finishIdentifier(&scratch, from: start, name, into: &identifier)
        case .object: return readEndObject(line, end, name, into: &identifier)
        case .absent, .null:
            return Rejected(.missingEnd, "\(name) is missing: write it as \"ns:value\"")
        default:
            return JSONEventDecoder.badType(name, "a string ns:value or an object of ns and value")
        }
    }

    private mutating func readEndObject(
        _ line: Span<UInt8>, _ end: JSONEnd, _ name: StaticString,
        into identifier: inout DecodedIdentifier
    ) -> Rejected? {
        if end.namespace.isAbsent || end.value.isAbsent {
            return Rejected(.missingEnd, "\(name) is an object that lacks ns or value: give both")
        }
        guard end.namespace.isString else {
            return JSONEventDecoder.badType(name, "an object whose ns is a string")
        }
        guard end.value.isString || end.value.kind == .integer else {
            return JSONEventDecoder.badType(
                name, "an object whose value is a string, or an integer such as 42")
        }
        let start = append(line, end.namespace)
        let length = scratch.count - start
        scratch.append(UInt8(ascii: ":"))
        _ = append(line, end.value)
        return rules.finishIdentifier(
            &scratch, from: start, namespaceLength: length, name, into: &identifier)
    }

    @inline(__always)
    private mutating func readTime(
        _ line: Span<UInt8>, _ token: JSONToken, _ lineNumber: Int, _ event: inout DecodedEvent
    ) -> Rejected? {
        switch token.kind {
        case .string:
            return rules.accept(TimestampParser.parse(line, token.range), into: &event.time)
        case .integer:
            return rules.accept(
                TimestampParser.parseInteger(line, token.range, unit: rules.timeUnit),
                into: &event.time)
        case .absent, .null:
            return rules.acceptDefault(lineNumber: lineNumber, into: &event.time)
        case .escapedString:
            let start = append(line, token)
            let range = start..<scratch.count
            scratch.truncate(to: start)
            return rules.accept(
                TimestampParser.parse(scratch.bytes.span, range), into: &event.time)
        default: return JSONEventDecoder.badType("ts", "an RFC 3339 string or an integer")
        }
    }

    @inline(__always)
    private mutating func readSource(
        _ line: Span<UInt8>, _ token: JSONToken, _ event: inout DecodedEvent
    ) -> Rejected? {
        let limit = EventLimits.sourceBytes
        if let rejected = readText(line, token, "source", limit: limit, into: &event.sourcePlace) {
            return rejected
        }
        guard event.source.isEmpty else { return nil }
        return Rejected(.emptyValue, "source is empty: name one, or leave the key out")
    }

    @inline(__always)
    private mutating func readEventID(
        _ line: Span<UInt8>, _ token: JSONToken, _ event: inout DecodedEvent
    ) -> Rejected? {
        let limit = EventLimits.eventIDBytes
        if token.kind == .integer {
            let start = append(line, token)
            return EventRules.finishText(
                scratch, from: start, "id", limit: limit, into: &event.eventIDPlace)
        }
        if let rejected = readText(line, token, "id", limit: limit, into: &event.eventIDPlace) {
            return rejected
        }
        guard event.eventID.isEmpty else { return nil }
        return Rejected(.emptyValue, "id is empty: give one, or leave the key out")
    }

    @inline(__always)
    private mutating func readText(
        _ line: Span<UInt8>, _ token: JSONToken, _ name: StaticString, limit: Int,
        into place: inout PackedRange
    ) -> Rejected? {
        guard token.isString else { return JSONEventDecoder.badType(name, "a string") }
        let start = append(line, token)
        return EventRules.finishText(
            scratch, from: start, name, limit: limit, into: &place)
    }

    /// Appends what a token stands for to the scratch; returns where it begins there.
    @inline(__always)
    private mutating func append(_ line: Span<UInt8>, _ token: JSONToken) -> Int {
        let start = scratch.count
        scratch.append(line, token)
        return start
    }

    private static func badType(_ name: StaticString, _ due: StaticString) -> Rejected {
        Rejected(.badType, "\(name) has the wrong type: \(due) is due")
    }
}
