import Foundation
import IdentityModel

/// Attributes once more: each member's text is cut out of the line and read by JSONDecoder alone,
/// and the block is written by its description, with numbers as arrays of decimal digits.
///
/// JSONDecoder's own dictionary of members would not do: it holds names equal that differ in
/// bytes, and has no order.
struct TwinAttributes {
    struct Refusal: Error {
        let reason: RejectReason
    }

    private let members: [(name: [UInt8], value: TwinValue)]

    /// The attributes of a line that JSONDecoder has accepted; `attributes` is an object there.
    init(line: [UInt8]) {
        let object = TwinMembers.split(line).first { $0.key == Array("attributes".utf8) }
        members = TwinMembers.split(object?.value ?? []).map { member in
            let array = [UInt8(ascii: "[")] + member.value + [UInt8(ascii: "]")]
            guard case .array(let values)? = EventsTwin.value(of: array) else {
                return (member.key, .null)
            }
            return (member.key, values[0])
        }
    }

    /// The canonical block; no bytes where nothing is said.
    func block() throws(Refusal) -> [UInt8] {
        guard Set(members.map(\.name)).count == members.count else {
            throw Refusal(reason: .duplicateKey)
        }
        var found: [(name: [UInt8], value: [UInt8])] = []
        for (name, value) in members where value != .null {
            try Self.check(name)
            if found.count == 64 { throw Refusal(reason: .tooManyAttributes) }
            found.append((name, try Self.bytes(of: value)))
        }
        if found.isEmpty { return [] }
        found.sort { $0.name.lexicographicallyPrecedes($1.name) }
        var block = [UInt8(found.count)]
        for (name, value) in found { block += [UInt8(name.count)] + name + value }
        if block.count > 32_768 { throw Refusal(reason: .tooManyAttributes) }
        return block
    }

    private static func check(_ name: [UInt8]) throws(Refusal) {
        if name.isEmpty { throw Refusal(reason: .emptyValue) }
        if name.count > 64 { throw Refusal(reason: .valueTooLong) }
        let scalars = String(decoding: name, as: UTF8.self).unicodeScalars
        if scalars.contains(where: { $0.properties.generalCategory == .control }) {
            throw Refusal(reason: .badType)
        }
    }

    private static func bytes(of value: TwinValue) throws(Refusal) -> [UInt8] {
        guard case .array(let elements) = value else { return try scalar(value) }
        var bytes: [UInt8] = [5, UInt8(truncatingIfNeeded: elements.count)]
        for (index, element) in elements.enumerated() {
            bytes += try scalar(element)
            if index >= 64 || bytes.count > 1_024 { throw Refusal(reason: .valueTooLong) }
        }
        return bytes
    }

    private static func scalar(_ value: TwinValue) throws(Refusal) -> [UInt8] {
        var bytes: [UInt8]
        switch value {
        case .bool(let flag): bytes = [flag ? 2 : 1]
        case .string(let text): bytes = [4] + varint(UInt128(text.utf8.count)) + Array(text.utf8)
        case .number(let text):
            guard let number = number(text) else { throw Refusal(reason: .valueTooLong) }
            bytes = [3] + number
        case .null, .array, .object: throw Refusal(reason: .badType)
        }
        if bytes.count > 1_024 { throw Refusal(reason: .valueTooLong) }
        return bytes
    }

    /// The bytes of a JSON number; nil where it is 10^20 or further from zero.
    static func number(_ text: String) -> [UInt8]? {
        guard var units = TwinNumber.units(text) else { return nil }
        if units == 0 { return [0, 0] }
        var zeros: UInt8 = 0
        while units % 10 == 0 {
            units /= 10
            zeros += 1
        }
        return [zeros] + varint(units < 0 ? 2 * units.magnitude - 1 : 2 * units.magnitude)
    }

    private static func varint(_ value: UInt128) -> [UInt8] {
        value < 128 ? [UInt8(value)] : [UInt8(value % 128) + 128] + varint(value / 128)
    }
}

extension TwinNumber {
    /// Units of 10^-15, further digits rounded half to even; nil from 10^20 on. The text is a
    /// JSON number.
    static func units(_ text: String) -> Int128? {
        let isNegative = text.hasPrefix("-")
        let parts = text.lowercased().split(separator: "e")
        let mantissa = parts[0].drop { $0 == "-" }.split(separator: ".")
        let fraction = mantissa.count > 1 ? mantissa[1] : ""
        let digits = Array((mantissa[0] + fraction).drop { $0 == "0" })
        if digits.isEmpty { return 0 }
        // No line is long enough for its digits to make up for so large an exponent.
        let exponent = max(-10_000_000, min(10_000_000, Double(parts.count > 1 ? parts[1] : "0")!))
        let shift = Int(exponent) - fraction.count + 15
        guard digits.count + shift <= 35 else { return nil }
        guard digits.count + shift >= 0 else { return 0 }
        if shift >= 0 {
            let whole = Int128(String(digits) + String(repeating: "0", count: shift)) ?? 0
            return isNegative ? -whole : whole
        }
        var kept = Int128(String(digits.dropLast(-shift))) ?? 0
        let rest = digits.suffix(-shift)
        let half = ["5"] + [Character](repeating: "0", count: -shift - 1)
        if rest.lexicographicallyPrecedes(half) == false, Array(rest) != half || kept % 2 == 1 {
            kept += 1
        }
        guard kept < Int128("1" + String(repeating: "0", count: 35))! else { return nil }
        return isNegative ? -kept : kept
    }
}

/// Cuts the text of an object that JSONDecoder has accepted into its members.
enum TwinMembers {
    static func split(_ object: [UInt8]) -> [(key: [UInt8], value: [UInt8])] {
        var members: [(key: [UInt8], value: [UInt8])] = []
        var part: [UInt8] = []
        var key: [UInt8]?
        var depth = 0
        var isInside = false
        var isEscaped = false
        func end() {
            if let name = key { members.append((TwinKeys.unescaped(name[...]) ?? [], part)) }
            (key, part) = (nil, [])
        }
        for byte in object {
            let isPlain = !isInside
            if isEscaped {
                isEscaped = false
            } else if isInside, byte == UInt8(ascii: "\\") {
                isEscaped = true
            } else if byte == UInt8(ascii: "\"") {
                isInside.toggle()
            }
            if isPlain, "{[".utf8.contains(byte) { depth += 1 }
            if isPlain, "}]".utf8.contains(byte) { depth -= 1 }
            if isPlain, depth == 0, byte == UInt8(ascii: "}") {
                end()
            } else if isPlain, depth == 1, byte == UInt8(ascii: ",") {
                end()
            } else if isPlain, depth == 1, key == nil, byte == UInt8(ascii: ":") {
                (key, part) = (part, [])
            } else if isPlain, depth == 1, byte == UInt8(ascii: "{"), key == nil {
                part = []
            } else if !isPlain || !" \t\r\n".utf8.contains(byte) {
                part.append(byte)
            }
        }
        return members
    }
}
