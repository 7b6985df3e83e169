import IdentityModel

/// What values are brought to.
extension AttributeType {
    /// What a message asks for.
    var title: String {
        switch self {
        case .string: "a string"
        case .number: "a number, or a string that is one"
        case .boolean: "true or false, or a string that says so"
        case .time: "an RFC 3339 time with a zone, or whole milliseconds since 1970"
        }
    }

    /// How much of a value a type takes in.
    enum Fit {
        /// All of it.
        case whole
        /// Some of an array's elements.
        case part
        /// Nothing.
        case nothing
    }

    /// Appends what this type makes of the value at `range`: of an array those elements that fit,
    /// and nothing where none does.
    func append(
        _ bytes: Span<UInt8>, _ range: Range<Int>, to output: inout [UInt8]
    ) throws(WireError) -> Fit {
        var cursor = ByteCursor(range)
        let value = try AttributeValue(bytes, &cursor)
        guard case .array(let count, let elements) = value else {
            return append(value, bytes, to: &output) ? .whole : .nothing
        }
        let start = output.count
        output.appendArrayHead(count: count)
        var fitting = 0
        cursor = ByteCursor(elements.range)
        for _ in 0..<count where append(try AttributeValue(bytes, &cursor), bytes, to: &output) {
            fitting += 1
        }
        if fitting == count { return .whole }
        guard fitting > 0 else {
            output.removeSubrange(start...)
            return .nothing
        }
        // An array's count fits the byte behind its kind.
        output[start + 1] = UInt8(fitting)
        return .part
    }

    private func append(
        _ value: AttributeValue, _ bytes: Span<UInt8>, to output: inout [UInt8]
    ) -> Bool {
        switch (self, value) {
        case (.string, .string(let text)):
            output.appendValue(string: bytes.extracting(text.range))
        case (.number, .number(let number)):
            output.appendValue(number)
        case (.number, .string(let text)):
            guard case .number(let number) = FixedNumber.parse(bytes, text.range) else {
                return false
            }
            output.appendValue(number)
        case (.boolean, .boolean(let flag)):
            output.appendValue(flag)
        case (.boolean, .string(let text)):
            guard let flag = AttributeType.flag(bytes, text.range) else { return false }
            output.appendValue(flag)
        case (.time, .time(let time)):
            output.appendValue(time)
        case (.time, .number(let number)):
            guard let milliseconds = number.whole else { return false }
            let time = EventTime(milliseconds: milliseconds)
            guard time.isAccepted else { return false }
            output.appendValue(time)
        case (.time, .string(let text)):
            guard case .time(let time) = TimestampParser.parse(bytes, text.range) else {
                return false
            }
            output.appendValue(time)
        default: return false
        }
        return true
    }

    private static let truth: [UInt8] = Array("true".utf8)
    private static let falsehood: [UInt8] = Array("false".utf8)

    private static func flag(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool? {
        let text = bytes.extracting(range)
        if AttributeOrder.compareBytes(text, truth.span) == 0 { return true }
        return AttributeOrder.compareBytes(text, falsehood.span) == 0 ? false : nil
    }
}
