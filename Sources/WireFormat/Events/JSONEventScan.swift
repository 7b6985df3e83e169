import IdentityModel

/// The scan of one event: checks the whole line as JSON and finds the fields in it.
struct JSONEventScan {
    /// What was found.
    var fields = JSONFields()
    /// The pass over the bytes; its fault says why the scan stopped.
    var scanner = JSONScanner()

    /// The depth of the members of the event's own object.
    static let memberDepth = 1

    /// Reads `line`, which is UTF-8; false at a fault. Repeated keys are left in `keys`.
    mutating func scan(_ line: Span<UInt8>, keys: inout JSONKeyRegister) -> Bool {
        scanner.skipWhiteSpace(line)
        guard scanner.peek(line) == UInt8(ascii: "{") else {
            return scanner.fail("an event is one JSON object: { is due")
        }
        scanner.position += 1
        guard scanMembers(line, keys: &keys) else { return false }
        scanner.skipWhiteSpace(line)
        return scanner.position == line.count
            || scanner.fail("nothing may follow the event: one event a line")
    }

    private mutating func scanMembers(_ line: Span<UInt8>, keys: inout JSONKeyRegister) -> Bool {
        scanner.skipWhiteSpace(line)
        if scanner.peek(line) == UInt8(ascii: "}") {
            scanner.position += 1
            return true
        }
        var seen: UInt16 = 0
        var key = JSONToken.absent
        while true {
            guard scanner.scanKey(line, into: &key) else { return false }
            let known =
                key.kind == .string
                ? EventKey(line, key.range)
                : keys.resolveEscaped(line, key.range, isKnown: JSONEventScan.isTopKey)
            guard scanMember(line, known, key, &seen, keys: &keys) else { return false }
            switch scanner.scanSeparator(line, close: UInt8(ascii: "}")) {
            case .comma: continue
            case .close:
                keys.closeObject(from: 0, line)
                return true
            case .fault: return false
            }
        }
    }

    private static func isTopKey(_ key: EventKey) -> Bool { !isEndKey(key) }

    @inline(__always)
    private mutating func scanMember(
        _ line: Span<UInt8>, _ known: EventKey?, _ key: JSONToken, _ seen: inout UInt16,
        keys: inout JSONKeyRegister
    ) -> Bool {
        if let known, JSONEventScan.isTopKey(known) {
            keys.note(known, &seen, at: key.range)
            return scanField(line, known, keys: &keys)
        }
        if key.kind == .string { keys.noteUnknown(key.range) }
        fields.ignoredKeys += 1
        var ignored = JSONToken.absent
        return scanner.scanValue(line, depth: JSONEventScan.memberDepth, into: &ignored)
    }

    @inline(__always)
    private mutating func scanField(
        _ line: Span<UInt8>, _ known: EventKey, keys: inout JSONKeyRegister
    ) -> Bool {
        switch known {
        case .a, .b:
            var end = JSONEnd()
            guard scanEnd(line, into: &end, keys: &keys) else { return false }
            if case .a = known { fields.a = end } else { fields.b = end }
            return true
        default: break
        }
        var token = JSONToken.absent
        guard scanner.scanValue(line, depth: JSONEventScan.memberDepth, into: &token) else {
            return false
        }
        switch known {
        case .operation: fields.operation = token
        case .time: fields.time = token
        case .source: fields.source = token
        case .eventID: fields.eventID = token
        case .reason: fields.reason = token
        case .attributes: fields.attributes = token
        case .a, .b, .namespace, .value: preconditionFailure("these were handled before")
        }
        return true
    }

    @inline(__always)
    private mutating func scanEnd(
        _ line: Span<UInt8>, into end: inout JSONEnd, keys: inout JSONKeyRegister
    ) -> Bool {
        if scanner.peek(line) == UInt8(ascii: "\"") {
            return scanner.scanString(line, into: &end.token)
        }
        if scanner.peek(line) == UInt8(ascii: "{") { return scanEndObject(line, &end, &keys) }
        return scanner.scanValue(line, depth: JSONEventScan.memberDepth, into: &end.token)
    }

    private mutating func scanEndObject(
        _ line: Span<UInt8>, _ end: inout JSONEnd, _ keys: inout JSONKeyRegister
    ) -> Bool {
        let start = scanner.position
        let mark = keys.mark
        var seen: UInt16 = 0
        var key = JSONToken.absent
        scanner.position += 1
        scanner.skipWhiteSpace(line)
        var isOpen = scanner.peek(line) != UInt8(ascii: "}")
        if !isOpen { scanner.position += 1 }
        while isOpen {
            guard scanner.scanKey(line, into: &key),
                scanEndMember(line, key, &end, &seen, &keys)
            else { return false }
            switch scanner.scanSeparator(line, close: UInt8(ascii: "}")) {
            case .comma: continue
            case .close: isOpen = false
            case .fault: return false
            }
        }
        keys.closeObject(from: mark, line)
        end.token = JSONToken(.object, start, scanner.position)
        return true
    }

    private static func isEndKey(_ key: EventKey) -> Bool {
        switch key {
        case .namespace, .value: true
        default: false
        }
    }

    private mutating func scanEndMember(
        _ line: Span<UInt8>, _ key: JSONToken, _ end: inout JSONEnd, _ seen: inout UInt16,
        _ keys: inout JSONKeyRegister
    ) -> Bool {
        var token = JSONToken.absent
        let known =
            key.kind == .string
            ? EventKey(line, key.range)
            : keys.resolveEscaped(line, key.range, isKnown: JSONEventScan.isEndKey)
        let isKnown = known.map(JSONEventScan.isEndKey) ?? false
        if let known, isKnown {
            keys.note(known, &seen, at: key.range)
        } else if key.kind == .string {
            keys.noteUnknown(key.range)
        }
        let depth = JSONEventScan.memberDepth + 1
        guard scanner.scanValue(line, depth: depth, into: &token) else { return false }
        switch known {
        case .namespace: end.namespace = token
        case .value: end.value = token
        default: end.ignoredKeys += 1
        }
        return true
    }
}
