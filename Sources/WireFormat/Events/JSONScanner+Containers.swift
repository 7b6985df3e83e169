import IdentityModel

extension JSONScanner {
    /// Moves over an array or object, which lies in `depth` others, and checks all of it.
    ///
    /// What is open is kept as one bit a level (set for an object), so that ten thousand brackets
    /// cost no stack: nesting ends at `EventLimits.nestingDepth`.
    mutating func skipContainer(_ bytes: Span<UInt8>, depth: Int) -> Bool {
        precondition(EventLimits.nestingDepth < UInt64.bitWidth, "one bit a level")
        var objects: UInt64 = 0
        var level = depth
        var token = JSONToken.absent
        while true {
            // A value begins here.
            let byte = peek(bytes)
            if byte == UInt8(ascii: "{") || byte == UInt8(ascii: "[") {
                let isObject = byte == UInt8(ascii: "{")
                level += 1
                guard level <= EventLimits.nestingDepth else { return failTooDeep() }
                objects = isObject ? objects | 1 << level : objects & ~(1 << level)
                position += 1
                skipWhiteSpace(bytes)
                if peek(bytes) != JSONScanner.closing(isObject) {
                    if isObject, !scanKey(bytes, into: &token) { return false }
                    continue
                }
                position += 1
                level -= 1
            } else {
                let isString = byte == UInt8(ascii: "\"")
                let isValid =
                    isString
                    ? scanString(bytes, into: &token) : scanScalar(bytes, into: &token)
                guard isValid else { return false }
            }
            // A value ended here; so may the containers around it.
            guard closeContainers(bytes, depth, &level, objects) else { return false }
            if level == depth { return true }
        }
    }

    /// Refuses the bracket at the next byte.
    mutating func failTooDeep() -> Bool {
        fail("arrays and objects may nest 32 deep", .tooDeep)
    }

    /// Reads separators until the next value is due or level `depth` is reached.
    @inline(__always)
    private mutating func closeContainers(
        _ bytes: Span<UInt8>, _ depth: Int, _ level: inout Int, _ objects: UInt64
    ) -> Bool {
        var token = JSONToken.absent
        while level > depth {
            let isObject = objects >> level & 1 == 1
            switch scanSeparator(bytes, close: JSONScanner.closing(isObject)) {
            case .comma: return isObject ? scanKey(bytes, into: &token) : true
            case .close: level -= 1
            case .fault: return false
            }
        }
        return true
    }

    @inline(__always)
    private static func closing(_ isObject: Bool) -> UInt8 {
        isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")
    }
}
