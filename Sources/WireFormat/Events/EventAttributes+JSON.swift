import IdentityModel
import ProfileCore

/// Attributes as a JSON object: strings, numbers, booleans, and arrays of those.
extension EventAttributes {
    /// Reads the object that `token` is, which a scan has found valid, as the attributes of
    /// `event`.
    ///
    /// A repeated name is told first, then the first thing in the line that is wrong. A null says
    /// nothing; it counts as an ignored key.
    mutating func read(
        _ line: Span<UInt8>, _ token: JSONToken, keys: inout JSONKeyRegister,
        scratch: inout EventScratch, into event: inout DecodedEvent
    ) -> Rejected? {
        builder.removeAll()
        var scanner = JSONScanner()
        scanner.position = token.range.lowerBound + 1
        scanner.skipWhiteSpace(line)
        let mark = keys.mark
        var fault: Rejected?
        var (name, value) = (JSONToken.absent, JSONToken.absent)
        var isOpen = scanner.peek(line) != UInt8(ascii: "}")
        while isOpen {
            guard scanner.scanKey(line, into: &name),
                scanner.scanValue(line, depth: JSONEventScan.memberDepth + 1, into: &value)
            else { preconditionFailure("the scan of the line has found its objects valid") }
            keys.noteUnknown(line, name)
            if value.kind == .null {
                event.ignored += 1
            } else if fault == nil {
                fault = add(line, name, value, &scratch)
            }
            isOpen = scanner.scanSeparator(line, close: UInt8(ascii: "}")) == .comma
        }
        keys.closeObject(from: mark, line)
        if let place = keys.duplicate { return JSONKeyRegister.rejected(line, place) }
        return fault ?? finish(into: &scratch, at: &event.attributesPlace)
    }

    private mutating func add(
        _ line: Span<UInt8>, _ name: JSONToken, _ value: JSONToken, _ scratch: inout EventScratch
    ) -> Rejected? {
        if let rejected = begin(line, name, &scratch) { return rejected }
        let fault =
            value.kind == .array
            ? addArray(line, value, &scratch) : addScalar(line, value, &scratch)
        guard let fault else { return nil }
        let start = scratch.count
        scratch.append(line, name)
        defer { scratch.truncate(to: start) }
        return EventAttributes.rejected(fault, scratch.copy(start..<scratch.count))
    }

    private mutating func begin(
        _ line: Span<UInt8>, _ name: JSONToken, _ scratch: inout EventScratch
    ) -> Rejected? {
        guard name.kind == .escapedString else {
            return builder.begin(line.extracting(name.range))
        }
        let start = scratch.count
        scratch.append(line, name)
        defer { scratch.truncate(to: start) }
        return builder.begin(scratch.bytes.span.extracting(start..<scratch.count))
    }

    /// Adds a value that is no array, or an array's element.
    private mutating func addScalar(
        _ line: Span<UInt8>, _ value: JSONToken, _ scratch: inout EventScratch
    ) -> Rejected? {
        switch value.kind {
        case .string: return builder.add(string: line.extracting(value.range))
        case .escapedString:
            let start = scratch.count
            scratch.append(line, value)
            defer { scratch.truncate(to: start) }
            return builder.add(string: scratch.bytes.span.extracting(start..<scratch.count))
        case .integer, .number:
            switch FixedNumber.parse(line, value.range) {
            case .number(let number): return builder.add(number)
            case .outOfRange:
                return Rejected(
                    .valueTooLong,
                    "the number has more than 20 digits before its point: send it as a string")
            case .malformed: preconditionFailure("the scan of the line has found a number")
            }
        case .boolean: return builder.add(line[value.range.lowerBound] == UInt8(ascii: "t"))
        case .absent, .null, .array, .object:
            return Rejected(
                .badType, "a string, a number, a boolean, or an array of those alone is due")
        }
    }

    private mutating func addArray(
        _ line: Span<UInt8>, _ array: JSONToken, _ scratch: inout EventScratch
    ) -> Rejected? {
        builder.beginArray()
        var scanner = JSONScanner()
        scanner.position = array.range.lowerBound + 1
        scanner.skipWhiteSpace(line)
        var element = JSONToken.absent
        var isOpen = scanner.peek(line) != UInt8(ascii: "]")
        while isOpen {
            guard scanner.scanValue(line, depth: JSONEventScan.memberDepth + 2, into: &element)
            else { preconditionFailure("the scan of the line has found its arrays valid") }
            if let rejected = addScalar(line, element, &scratch) { return rejected }
            isOpen = scanner.scanSeparator(line, close: UInt8(ascii: "]")) == .comma
        }
        return builder.endArray()
    }
}
