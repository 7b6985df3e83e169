import IdentityModel
import ProfileCore
import TestSupport

/// A value, decoded: the twin's own, with an order of its own.
enum ModelValue: Hashable {
    case boolean(Bool)
    case number(Int128)
    case string([UInt8])
    case time(Int64)
    case array([ModelValue])

    /// A whole number.
    static func whole(_ number: Int128) -> ModelValue {
        .number(number * 1_000_000_000_000_000)
    }

    static func text(_ text: String) -> ModelValue { .string(Array(text.utf8)) }

    /// What an array's elements are, or the scalar alone.
    var elements: [ModelValue] {
        if case .array(let elements) = self { return elements }
        return [self]
    }

    var isArray: Bool {
        if case .array = self { return true }
        return false
    }

    private var rank: Int {
        switch self {
        case .boolean: 0
        case .number: 1
        case .string: 2
        case .time: 3
        case .array: 4
        }
    }

    /// The bytes that it takes in a block.
    var byteCount: Int {
        var bytes: [UInt8] = []
        switch self {
        case .boolean(let flag): bytes.appendValue(flag)
        case .number(let units): bytes.appendValue(FixedNumber(units: units))
        case .string(let text): bytes.appendValue(string: text.span)
        case .time(let time): bytes.appendValue(EventTime(milliseconds: time))
        case .array(let elements):
            bytes.appendArrayHead(count: elements.count)
            return elements.map(\.byteCount).reduce(bytes.count, +)
        }
        return bytes.count
    }
}

extension ModelValue: Comparable {
    static func < (left: ModelValue, right: ModelValue) -> Bool {
        switch (left, right) {
        case (.boolean(let one), .boolean(let other)): return !one && other
        case (.number(let one), .number(let other)): return one < other
        case (.string(let one), .string(let other)): return one.lexicographicallyPrecedes(other)
        case (.time(let one), .time(let other)): return one < other
        case (.array(let one), .array(let other)): return one.lexicographicallyPrecedes(other)
        default: return left.rank < right.rank
        }
    }
}

/// Blocks of decoded attributes.
enum ModelBlock {
    /// The block of `attributes`, which keep every limit and come in an order of chance.
    static func encode(
        _ attributes: [[UInt8]: ModelValue], _ chance: inout SeededGenerator
    ) -> [UInt8] {
        let sorted = attributes.sorted { $0.key.lexicographicallyPrecedes($1.key) }
        return encode(chance.shuffled(sorted.map { ($0.key, $0.value) }))
    }

    /// The block of `attributes` in their order.
    static func encode(_ attributes: [([UInt8], ModelValue)]) -> [UInt8] {
        var builder = AttributeBlockBuilder()
        for (name, value) in attributes {
            if let rejected = add(value, to: &builder, name: name) {
                preconditionFailure(rejected.message)
            }
        }
        var block: [UInt8] = []
        if let rejected = builder.finish(to: &block) { preconditionFailure(rejected.message) }
        return block
    }

    /// Adds one attribute; why it was refused.
    static func add(
        _ value: ModelValue, to builder: inout AttributeBlockBuilder, name: [UInt8]
    ) -> Rejected? {
        if let rejected = builder.begin(name.span) { return rejected }
        guard case .array(let elements) = value else { return addScalar(value, to: &builder) }
        builder.beginArray()
        for element in elements {
            if let rejected = addScalar(element, to: &builder) { return rejected }
        }
        return builder.endArray()
    }

    private static func addScalar(
        _ value: ModelValue, to builder: inout AttributeBlockBuilder
    ) -> Rejected? {
        switch value {
        case .boolean(let flag): return builder.add(flag)
        case .number(let units): return builder.add(FixedNumber(units: units))
        case .string(let bytes): return builder.add(string: bytes.span)
        case .time, .array: preconditionFailure("events have no times, and arrays do not nest")
        }
    }

    /// The attributes of a block, in its order.
    static func decode(_ block: [UInt8]) throws -> [([UInt8], ModelValue)] {
        var reader = try AttributeReader(block.span, 0..<block.count)
        var attributes: [([UInt8], ModelValue)] = []
        while let attribute = try reader.next(block.span) {
            let name = Array(block[attribute.name.range])
            attributes.append((name, try value(Array(block[attribute.value.range]))))
        }
        return attributes
    }

    /// The value that all of `bytes` are.
    static func value(_ bytes: [UInt8]) throws -> ModelValue {
        var cursor = ByteCursor(0..<bytes.count)
        let value = try value(bytes, &cursor)
        try cursor.finish()
        return value
    }

    private static func value(
        _ bytes: [UInt8], _ cursor: inout ByteCursor
    ) throws -> ModelValue {
        switch try AttributeValue(bytes.span, &cursor) {
        case .boolean(let flag): return .boolean(flag)
        case .number(let number): return .number(number.units)
        case .string(let text): return .string(Array(bytes[text.range]))
        case .time(let time): return .time(time.milliseconds)
        case .array(let count, let place):
            var elements = ByteCursor(place.range)
            var values: [ModelValue] = []
            for _ in 0..<count { values.append(try value(bytes, &elements)) }
            try elements.finish()
            return .array(values)
        }
    }
}
