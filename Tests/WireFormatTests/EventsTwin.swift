import Foundation
import IdentityModel
import WireFormat

/// The JSON event decoder once more, slow and over other people's code: JSONDecoder reads the
/// line, String holds the values, and each rule of the events is written down a second time.
///
/// What JSONDecoder cannot tell is brought to it in another form, or asked of the text:
/// - Numbers are wrapped as `{"#number#":"text"}` before, so that their exact text arrives and no
///   range of Double decides; their grammar is a regular expression here.
/// - Repeated keys are counted by `TwinKeys`, which walks a text that JSONDecoder has accepted. It
///   decodes each string once more, since JSONDecoder never looks into what a repeated key hides.
/// - A byte order mark and raw NUL, by which JSONDecoder guesses encodings, are refused before;
///   so are a comma before a closing bracket and a raw control character in a string, both of
///   which it lets pass although RFC 8259 does not (seen with Swift 6.3.1).
struct EventsTwin {
    let options: EventDecoderOptions

    func read(_ line: [UInt8], lineNumber: Int = 1) -> ReadOutcome {
        if line.count > EventLimits.lineBytes { return .rejected(.lineTooLong) }
        guard let text = String(validating: line, as: UTF8.self) else { return .rejected(.badUTF8) }
        guard let value = EventsTwin.value(of: line), case .object(let members) = value else {
            return .rejected(.malformedJSON)
        }
        guard let hasDuplicates = TwinKeys.hasDuplicates(text) else {
            return .rejected(.malformedJSON)
        }
        if value.depth > EventLimits.nestingDepth { return .rejected(.tooDeep) }
        if hasDuplicates { return .rejected(.duplicateKey) }
        do {
            return .event(try event(members, line, lineNumber))
        } catch {
            return .rejected(error.reason)
        }
    }

    /// What a text that is UTF-8 stands for, of repeated keys any one; nil where it is no JSON.
    static func value(of text: [UInt8]) -> TwinValue? {
        guard !text.contains(0), !text.starts(with: [0xEF, 0xBB, 0xBF]), !isLenient(text),
            let wrapped = wrappingNumbers(text)
        else { return nil }
        return try? JSONDecoder().decode(TwinValue.self, from: Data(wrapped))
    }

    /// Whether a line has one of the two faults that JSONDecoder lets pass.
    private static func isLenient(_ line: [UInt8]) -> Bool {
        var hasTrailingComma = false
        var last = UInt8(ascii: " ")
        var outside = 0
        forEachOutsideStrings(line) { byte in
            let isClosing = byte == UInt8(ascii: "}") || byte == UInt8(ascii: "]")
            if last == UInt8(ascii: ","), isClosing { hasTrailingComma = true }
            if !" \t\r\n".utf8.contains(byte) { last = byte }
            if byte < 0x20 { outside += 1 }
        }
        return hasTrailingComma || line.count { $0 < 0x20 } > outside
    }

    /// How deep the brackets outside strings stand, in a text that may be no JSON.
    static func bracketDepth(_ line: [UInt8]) -> Int {
        var depth = 0
        var deepest = 0
        forEachOutsideStrings(line) { byte in
            if byte == UInt8(ascii: "{") || byte == UInt8(ascii: "[") { depth += 1 }
            if byte == UInt8(ascii: "}") || byte == UInt8(ascii: "]") { depth -= 1 }
            deepest = max(deepest, depth)
        }
        return deepest
    }

    static func forEachOutsideStrings(_ line: [UInt8], _ body: (UInt8) -> Void) {
        var isInside = false
        var isEscaped = false
        for byte in line {
            if isEscaped {
                isEscaped = false
            } else if isInside {
                if byte == UInt8(ascii: "\\") { isEscaped = true }
                if byte == UInt8(ascii: "\"") { isInside = false }
            } else {
                isInside = byte == UInt8(ascii: "\"")
                body(byte)
            }
        }
    }

    /// The line with each number as an object of its text; nil if a number breaks the grammar.
    private static func wrappingNumbers(_ line: [UInt8]) -> [UInt8]? {
        var output: [UInt8] = []
        var number: [UInt8] = []
        var isInside = false
        var isEscaped = false
        func isStart(_ byte: UInt8) -> Bool {
            byte == UInt8(ascii: "-") || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
        }
        for byte in line + [UInt8(ascii: " ")] {
            let continues = isStart(byte) || "+.eE".utf8.contains(byte)
            if !isInside, number.isEmpty ? isStart(byte) : continues {
                number.append(byte)
                continue
            }
            if !number.isEmpty {
                let text = String(decoding: number, as: UTF8.self)
                guard TwinNumber.isNumber(text) else { return nil }
                output += Array("{\"\(TwinValue.numberKey)\":\"\(text)\"}".utf8)
                number = []
            }
            output.append(byte)
            if isEscaped {
                isEscaped = false
            } else if isInside {
                if byte == UInt8(ascii: "\\") { isEscaped = true }
                if byte == UInt8(ascii: "\"") { isInside = false }
            } else {
                isInside = byte == UInt8(ascii: "\"")
            }
        }
        return output
    }

    // MARK: The rules of an event

    private struct Refusal: Error {
        let reason: RejectReason
        init(_ reason: RejectReason) { self.reason = reason }
    }

    private func event(
        _ members: [String: TwinValue], _ line: [UInt8], _ lineNumber: Int
    ) throws(Refusal) -> ReadEvent {
        var event = ReadEvent(try operation(members["op"] ?? .null), "")
        event.a = try identifier(members["a"] ?? .null)
        if event.operation != .observe {
            event.b = try identifier(members["b"] ?? .null)
            if event.a == event.b { throw Refusal(.selfLink) }
        }
        event.milliseconds = try time(members["ts"] ?? .null, lineNumber)
        if let source = members["source"], source != .null {
            event.source = try text(source, 256)
            if event.source.isEmpty { throw Refusal(.emptyValue) }
        }
        if let id = members["id"], id != .null {
            event.eventID = try text(id, 256, integersToo: true)
            if event.eventID.isEmpty { throw Refusal(.emptyValue) }
        }
        if let reason = members["reason"], reason != .null {
            event.reason = try text(reason, 1_024)
        }
        if event.operation == .observe, let attributes = members["attributes"], attributes != .null
        {
            guard case .object = attributes else { throw Refusal(.badType) }
            do {
                event.attributes = try TwinAttributes(line: line).block()
            } catch {
                throw Refusal(error.reason)
            }
        }
        return event
    }

    private func operation(_ value: TwinValue) throws(Refusal) -> LinkOperation {
        if value == .null { return .link }
        guard case .string(let word) = value else { throw Refusal(.badType) }
        // Compared as bytes: String holds some different texts equal.
        switch Array(word.utf8) {
        case Array("link".utf8): return .link
        case Array("unlink".utf8): return .unlink
        case Array("ban".utf8): return .ban
        case Array("unban".utf8): return .unban
        case Array("observe".utf8): return .observe
        case Array("forget".utf8): throw Refusal(.notSupported)
        default: throw Refusal(.unknownOperation)
        }
    }

    private func text(
        _ value: TwinValue, _ limit: Int, integersToo: Bool = false
    ) throws(Refusal) -> [UInt8] {
        let bytes: [UInt8]
        switch value {
        case .string(let string): bytes = Array(string.utf8)
        case .number(let number) where integersToo && TwinNumber.isInteger(number):
            bytes = Array(number.utf8)
        default: throw Refusal(.badType)
        }
        if bytes.count > limit { throw Refusal(.valueTooLong) }
        return bytes
    }

    private func identifier(_ value: TwinValue) throws(Refusal) -> [UInt8] {
        switch value {
        case .null: throw Refusal(.missingEnd)
        case .string(let string):
            let parts = string.utf8.split(
                separator: UInt8(ascii: ":"), maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2 else { throw Refusal(.badNamespace) }
            return try identifier(String(parts[0]) ?? "", String(parts[1]) ?? "")
        case .object(let members):
            let namespace = members["ns"] ?? .null
            let value = members["value"] ?? .null
            if namespace == .null || value == .null { throw Refusal(.missingEnd) }
            guard case .string(let name) = namespace else { throw Refusal(.badType) }
            switch value {
            case .string(let string): return try identifier(name, string)
            case .number(let number) where TwinNumber.isInteger(number):
                return try identifier(name, number)
            default: throw Refusal(.badType)
            }
        default: throw Refusal(.badType)
        }
    }

    private func identifier(_ name: String, _ value: String) throws(Refusal) -> [UInt8] {
        let pattern = "^[a-z][a-z0-9_]{0,31}\\z"
        guard name.range(of: pattern, options: .regularExpression) != nil else {
            throw Refusal(.badNamespace)
        }
        let table = options.namespaces
        let namespace = table.namespaces.first { $0.name == name }
        if namespace == nil, table.isStrict { throw Refusal(.badNamespace) }
        var normalized = value
        for step in namespace?.normalization ?? [] {
            guard let next = TwinNormalizer.apply(step, normalized) else {
                throw Refusal(.badPhone)
            }
            normalized = next
        }
        let bytes = Array(normalized.utf8)
        if bytes.isEmpty { throw Refusal(.emptyValue) }
        if bytes.count > 1_024 { throw Refusal(.valueTooLong) }
        return Array(name.utf8) + [UInt8(ascii: ":")] + bytes
    }

    private func time(_ value: TwinValue, _ lineNumber: Int) throws(Refusal) -> Int64 {
        let milliseconds: Int64?
        switch value {
        case .null:
            switch options.defaultTime {
            case .none: throw Refusal(.missingTime)
            case .fixed(let time): return time.milliseconds
            case .lineNumber: return Int64(lineNumber)
            }
        case .string(let text): milliseconds = TwinTime.milliseconds(text)
        case .number(let number) where TwinNumber.isInteger(number):
            milliseconds = Int64(number)
        default: throw Refusal(.badType)
        }
        guard let milliseconds, milliseconds >= EventTime.minimum.milliseconds,
            milliseconds <= EventTime.maximum.milliseconds
        else { throw Refusal(.badTime) }
        if let latest = options.latestTime, milliseconds > latest.milliseconds {
            throw Refusal(.futureTime)
        }
        return milliseconds
    }
}
