package import Foundation
internal import IdentityModel
internal import ProfileCore

/// A value of a profile, as JSON has it. Numbers are exact.
package enum ProfileValue: Codable, Equatable, Sendable {
    /// `true` or `false`.
    case boolean(Bool)
    /// A number.
    case number(Decimal)
    /// A string; a time is one, RFC 3339 in UTC.
    case string(String)
    /// An array of those.
    case array([ProfileValue])

    /// What stands where a sensitive value is not shown.
    package static let mask = ProfileValue.string("***")

    /// The value at `cursor` of some bytes; damage throws.
    init(_ bytes: Span<UInt8>, _ cursor: inout ByteCursor) throws(WireError) {
        switch try AttributeValue(bytes, &cursor) {
        case .boolean(let flag): self = .boolean(flag)
        case .number(let number):
            var text: [UInt8] = []
            number.appendText(to: &text)
            self = .number(Decimal(string: String(decoding: text, as: UTF8.self)) ?? 0)
        case .string(let place): self = .string(Self.text(bytes, place.range))
        case .time(let time): self = .string(TimestampText.print(time))
        case .array(let count, let place):
            var elements = ByteCursor(place.range)
            var values: [ProfileValue] = []
            for _ in 0..<count { values.append(try ProfileValue(bytes, &elements)) }
            self = .array(values)
        }
    }

    private static func text(_ bytes: Span<UInt8>, _ range: Range<Int>) -> String {
        var copy: [UInt8] = []
        copy.append(bytes, range)
        return String(decoding: copy, as: UTF8.self)
    }

    /// Reads the one JSON value that there is.
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let flag = try? container.decode(Bool.self) {
            self = .boolean(flag)
        } else if let number = try? container.decode(Decimal.self) {
            self = .number(number)
        } else if let text = try? container.decode(String.self) {
            self = .string(text)
        } else {
            self = .array(try container.decode([ProfileValue].self))
        }
    }

    /// Writes it as the JSON value that it is.
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .boolean(let flag): try container.encode(flag)
        case .number(let number): try container.encode(number)
        case .string(let text): try container.encode(text)
        case .array(let values): try container.encode(values)
        }
    }

    /// The value for people, on one line.
    package var text: String { JSONText.encode(self) }
}
