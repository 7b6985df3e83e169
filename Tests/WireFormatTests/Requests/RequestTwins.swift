import Foundation
import IdentityModel
import WireFormat

extension EventBody {
    /// The texts of a body's events, copied out; nil at a fault.
    static func read(_ body: [UInt8], isLines: Bool = false) -> [[UInt8]]? {
        var split = EventBody(body.span, isLines: isLines)
        var texts: [[UInt8]] = []
        while let range = split.next(in: body.span) { texts.append(Array(body[range])) }
        return split.fault == nil ? texts : nil
    }
}

/// The splitter once more, slow: each byte is marked as inside or outside a string and given its
/// depth; then the commas of depth 1 cut the array, and each piece is looked at by itself.
enum EventBodyTwin {
    static func read(_ body: [UInt8], isLines: Bool) -> [[UInt8]]? {
        let hasMark = body.starts(with: [0xEF, 0xBB, 0xBF])
        let whole = Array(body.dropFirst(hasMark ? 3 : 0).drop(while: isBlank))
        let text = trimmed(whole[...])
        guard let first = text.first else { return [] }
        if first == UInt8(ascii: "[") { return elements(text) }
        if first == UInt8(ascii: "{") { return isOneValue(text) ? [text] : lines(whole) }
        return isLines ? lines(whole) : nil
    }

    private static func lines(_ text: [UInt8]) -> [[UInt8]] {
        text.split(separator: UInt8(ascii: "\n")).compactMap { line in
            let whole = Array(line.drop(while: isBlank))
            if whole.allSatisfy(isBlank) { return nil }
            return whole.last == UInt8(ascii: "\r") ? whole.dropLast() : whole
        }
    }

    private static func elements(_ text: [UInt8]) -> [[UInt8]]? {
        let (isString, depth) = marks(text)
        // The first bracket that closes the array must be its kind of bracket, and the last byte.
        guard let close = text.indices.first(where: { $0 > 0 && depth[$0] == 0 }),
            close == text.count - 1, text[close] == UInt8(ascii: "]")
        else { return nil }
        var pieces: [[UInt8]] = [[]]
        for index in 1..<close {
            let isCut = !isString[index] && depth[index] == 1 && text[index] == UInt8(ascii: ",")
            if isCut { pieces.append([]) } else { pieces[pieces.count - 1].append(text[index]) }
        }
        let values = pieces.map { trimmed($0[...]) }
        if values.count == 1, values[0].isEmpty { return [] }
        return values.allSatisfy(isOneValue) ? values : nil
    }

    /// Whether a text that begins and ends with no white space is one value, by its brackets and
    /// strings alone.
    private static func isOneValue(_ text: [UInt8]) -> Bool {
        guard let first = text.first else { return false }
        let (isString, depth) = marks(text)
        let brackets = "{}[]".utf8
        if first == UInt8(ascii: "{") || first == UInt8(ascii: "[") {
            return depth.firstIndex(of: 0) == text.count - 1
        }
        if first == UInt8(ascii: "\"") {
            // A string's closing quote is marked as outside again.
            return isString.firstIndex(of: false) == text.count - 1
        }
        return text.allSatisfy { $0 > 0x20 && $0 != UInt8(ascii: "\"") && !brackets.contains($0) }
    }

    /// For each byte whether it lies in a string, its opening quote included and its closing one
    /// not, and the depth behind it.
    private static func marks(_ text: [UInt8]) -> (isString: [Bool], depth: [Int]) {
        var isString: [Bool] = []
        var depths: [Int] = []
        var depth = 0
        var isInside = false
        var isEscaped = false
        for byte in text {
            if isEscaped {
                isEscaped = false
            } else if isInside, byte == UInt8(ascii: "\\") {
                isEscaped = true
            } else if byte == UInt8(ascii: "\"") {
                isInside.toggle()
            } else if !isInside {
                if "{[".utf8.contains(byte) { depth += 1 }
                if "}]".utf8.contains(byte) { depth -= 1 }
            }
            isString.append(isInside)
            depths.append(depth)
        }
        return (isString, depths)
    }

    private static func isBlank(_ byte: UInt8) -> Bool { " \t\r\n".utf8.contains(byte) }

    private static func trimmed(_ text: ArraySlice<UInt8>) -> [UInt8] {
        let tail = text.drop(while: isBlank)
        return Array(tail.reversed().drop(while: isBlank).reversed())
    }
}

/// What is read of a resolve request, for tests to compare.
struct ReadRequest: Equatable {
    var ids: [[UInt8]] = []
    /// What each id asks for: the customer's or the identifier's text, or the word of refusal.
    var meanings: [String] = []
    var include: Set<String> = []
}

extension ResolveRequest {
    /// Reads a body under open namespaces; nil at a fault.
    static func read(_ body: [UInt8]) -> ReadRequest? {
        var request = ResolveRequest()
        return request.read(body.span) == nil ? request.copy() : nil
    }

    func copy(_ namespaces: NamespaceTable = EventsFixture.namespaces) -> ReadRequest {
        var parser = IdentifierParser(namespaces: namespaces)
        var copy = ReadRequest()
        for index in 0..<count {
            copy.ids.append(Array(text[place(of: index)]))
            let meaning =
                switch question(index, by: &parser) {
                case .customer(let anchor): "customer \(anchor.hexadecimal)"
                case .identifier:
                    parser.withNormalized { text in
                        "identifier "
                            + String(decoding: text.indices.map { text[$0] }, as: UTF8.self)
                    }
                case .refused(let refusal): refusal.word
                }
            copy.meanings.append(meaning)
        }
        if include.contains(.identifiers) { copy.include.insert("identifiers") }
        if include.contains(.identifierCount) { copy.include.insert("identifier_count") }
        if include.contains(.profile) { copy.include.insert("profile") }
        return copy
    }
}

/// A resolve request once more, slow: over JSONDecoder, with its rules written a second time.
enum ResolveTwin {
    static func read(_ body: [UInt8]) -> ReadRequest? {
        let hasMark = body.starts(with: [0xEF, 0xBB, 0xBF])
        let text = Array(body.dropFirst(hasMark ? 3 : 0))
        guard String(validating: text, as: UTF8.self) != nil,
            case .object(let members)? = EventsTwin.value(of: text),
            Set(members.keys).isSubset(of: ["ids", "include"]),
            case .array(let ids)? = members["ids"], ids.count <= 1_000
        else { return nil }
        var parser = IdentifierParser(namespaces: EventsFixture.namespaces)
        var read = ReadRequest()
        var keys = members.count
        for id in ids {
            guard let (text, meaning) = meaning(of: id, &parser) else { return nil }
            read.ids.append(Array(text.utf8))
            read.meanings.append(meaning)
            if case .object(let object) = id { keys += object.count }
        }
        if let include = members["include"] {
            guard case .array(let words) = include else { return nil }
            for word in words {
                guard case .string(let text) = word,
                    ["identifiers", "identifier_count", "profile"].contains(text)
                else { return nil }
                read.include.insert(text)
            }
        }
        // JSONDecoder keeps one of two equal keys; but each has its colon.
        var colons = 0
        EventsTwin.forEachOutsideStrings(text) { if $0 == UInt8(ascii: ":") { colons += 1 } }
        return colons == keys ? read : nil
    }

    private static func meaning(
        of id: TwinValue, _ parser: inout IdentifierParser
    ) -> (text: String, meaning: String)? {
        switch id {
        case .string(let text):
            let isHexadecimal = text.range(of: "^[0-9a-f]{32}\\z", options: .regularExpression)
            if isHexadecimal != nil { return (text, "customer \(text)") }
            if !text.utf8.contains(UInt8(ascii: ":")) { return (text, "bad_id") }
            return (text, meaning(parser.parse(text)))
        case .object(let members):
            guard Set(members.keys) == ["ns", "value"], case .string(let name)? = members["ns"]
            else { return nil }
            let value: String
            switch members["value"] {
            case .string(let text)?: value = text
            case .number(let text)?:
                guard TwinNumber.isInteger(text) else { return nil }
                value = text
            default: return nil
            }
            let text = "\(name):\(value)"
            let isSplit = name.utf8.contains(UInt8(ascii: ":"))
            return (text, isSplit ? "bad_namespace" : meaning(parser.parse(text)))
        default: return nil
        }
    }

    private static func meaning(_ outcome: IdentifierParser.Outcome) -> String {
        switch outcome {
        case .identifier(let identifier):
            "identifier " + String(decoding: identifier.bytes, as: UTF8.self)
        case .rejected(let rejected): rejected.reason.rawValue
        }
    }
}
