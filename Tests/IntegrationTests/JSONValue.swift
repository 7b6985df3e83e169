import Foundation
import TestSupport

/// A JSON value to look into; what is not there is `.null`.
enum JSONValue: Decodable, Equatable {
    case null
    case bool(Bool)
    case number(Double)
    case text(String)
    case list([JSONValue])
    case object([String: JSONValue])

    /// Reads a text of JSON.
    init(_ bytes: some Sequence<UInt8>) throws {
        self = try JSONDecoder().decode(JSONValue.self, from: Data(bytes))
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let value = try? container.decode(Bool.self) {
            self = .bool(value)
        } else if let value = try? container.decode(Double.self) {
            self = .number(value)
        } else if let value = try? container.decode(String.self) {
            self = .text(value)
        } else if let value = try? container.decode([JSONValue].self) {
            self = .list(value)
        } else {
            self = .object(try container.decode([String: JSONValue].self))
        }
    }

    /// A member of an object.
    subscript(key: String) -> JSONValue {
        if case .object(let members) = self { members[key] ?? .null } else { .null }
    }

    /// An entry of a list.
    subscript(index: Int) -> JSONValue {
        list.indices.contains(index) ? list[index] : .null
    }

    /// The entries of a list.
    var list: [JSONValue] { if case .list(let list) = self { list } else { [] } }
    /// The names of an object's members, sorted.
    var keys: [String] { if case .object(let members) = self { members.keys.sorted() } else { [] } }
    /// A string.
    var string: String {
        get throws {
            guard case .text(let text) = self else {
                throw NotThere(wanted: "a string", value: self)
            }
            return text
        }
    }
    /// A whole number; -1 for anything else.
    var integer: Int { if case .number(let number) = self { Int(number) } else { -1 } }
    /// The strings of a list.
    var strings: [String] { get throws { try list.map { try $0.string } } }

    private struct NotThere: Error {
        let wanted: String
        let value: JSONValue
    }
}

extension HTTPAnswer {
    /// The body as one JSON value.
    var json: JSONValue { get throws { try JSONValue(body) } }
}
