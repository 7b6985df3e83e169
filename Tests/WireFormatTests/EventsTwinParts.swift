import Foundation
import IdentityModel

/// A JSON value as JSONDecoder reads it.
enum TwinValue: Decodable, Equatable {
    case null
    case bool(Bool)
    case number(String)
    case string(String)
    case array([TwinValue])
    case object([String: TwinValue])

    /// The key of the objects that numbers were wrapped in.
    static let numberKey = "#number#"

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let bool = try? container.decode(Bool.self) {
            self = .bool(bool)
        } else if let string = try? container.decode(String.self) {
            self = .string(string)
        } else if let array = try? container.decode([TwinValue].self) {
            self = .array(array)
        } else {
            let members = try container.decode([String: TwinValue].self)
            if members.count == 1, case .string(let text)? = members[TwinValue.numberKey] {
                self = .number(text)
            } else {
                self = .object(members)
            }
        }
    }

    /// How deep arrays and objects nest in it, itself included.
    var depth: Int {
        switch self {
        case .array(let elements): 1 + (elements.map(\.depth).max() ?? 0)
        case .object(let members): 1 + (members.values.map(\.depth).max() ?? 0)
        default: 0
        }
    }
}

/// The grammar of JSON's numbers, as regular expressions.
enum TwinNumber {
    static func isNumber(_ text: String) -> Bool {
        let pattern = "^-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][-+]?[0-9]+)?\\z"
        return text.range(of: pattern, options: .regularExpression) != nil
    }

    static func isInteger(_ text: String) -> Bool {
        text.range(of: "^(0|-?[1-9][0-9]*)\\z", options: .regularExpression) != nil
    }
}

/// The normalisers over String.
enum TwinNormalizer {
    static func apply(_ step: NormalizationStep, _ text: String) -> String? {
        switch step {
        case .trim:
            var scalars = Array(text.unicodeScalars)
            while scalars.last?.properties.isWhitespace == true { scalars.removeLast() }
            let kept = scalars.drop { $0.properties.isWhitespace }
            return String(String.UnicodeScalarView(kept))
        case .lowercase: return text.lowercased()
        case .e164:
            if text.isEmpty { return text }
            var bytes = Array(text.utf8.filter { !" .-()".utf8.contains($0) })
            if bytes.starts(with: "00".utf8) {
                bytes.removeFirst(2)
                bytes.insert(UInt8(ascii: "+"), at: 0)
            }
            let number = String(decoding: bytes, as: UTF8.self)
            let isNumber = number.range(of: "^\\+?[0-9]{7,15}\\z", options: .regularExpression)
            return isNumber == nil ? nil : number
        }
    }
}

/// RFC 3339 by a regular expression and a calendar that only counts.
enum TwinTime {
    static func milliseconds(_ text: String) -> Int64? {
        let pattern =
            "^([0-9]{4})-([0-9]{2})-([0-9]{2})[Tt ]([0-9]{2}):([0-9]{2}):([0-9]{2})"
            + "(\\.[0-9]+)?([Zz]|([-+])([0-9]{2}):([0-9]{2}))\\z"
        guard let expression = try? NSRegularExpression(pattern: pattern),
            let match = expression.firstMatch(
                in: text, range: NSRange(text.startIndex..., in: text))
        else { return nil }
        func group(_ number: Int) -> String {
            Range(match.range(at: number), in: text).map { String(text[$0]) } ?? ""
        }
        let numbers = (1...6).map { Int(group($0)) ?? -1 }
        let (year, month, day) = (numbers[0], numbers[1], numbers[2])
        let (hour, minute, second) = (numbers[3], numbers[4], numbers[5])
        let zoneHours = Int(group(10)) ?? 0
        let zoneMinutes = Int(group(11)) ?? 0
        guard (1...12).contains(month), day >= 1,
            day <= SlowCalendar.length(ofMonth: month, year: year), hour <= 23, minute <= 59,
            second <= 60, zoneHours <= 23, zoneMinutes <= 59
        else { return nil }
        var days = daysBeforeYear[year] + day - 1
        for earlier in 1..<month { days += SlowCalendar.length(ofMonth: earlier, year: year) }
        let zone = (zoneHours * 60 + zoneMinutes) * (group(9) == "-" ? -1 : 1)
        let minutes = days * 1_440 + hour * 60 + minute - zone
        if second == 60, !monthEndMinutes.contains(minutes + 1) { return nil }
        let fraction = Int(
            group(7).dropFirst().prefix(3).padding(toLength: 3, withPad: "0", startingAt: 0))
        return Int64(minutes * 60_000 + second * 1_000 + (fraction ?? 0))
    }

    /// Days from 1970 to each year from 0 to 9999.
    private static let daysBeforeYear: [Int] = {
        var days = SlowCalendar.daysBefore(year: 0)
        return (0...9_999).map { year in
            defer { days += SlowCalendar.isLeap(year) ? 366 : 365 }
            return days
        }
    }()

    /// The first minute of every month of the years 0 to 10,000.
    private static let monthEndMinutes: Set<Int> = {
        var days = SlowCalendar.daysBefore(year: 0)
        var minutes: Set<Int> = [days * 1_440]
        for year in 0...9_999 {
            for month in 1...12 {
                days += SlowCalendar.length(ofMonth: month, year: year)
                minutes.insert(days * 1_440)
            }
        }
        return minutes
    }()
}

/// Counts the keys of an event's own object and of the objects `a` and `b`, in a text that
/// JSONDecoder has accepted.
enum TwinKeys {
    /// Whether one object names a key twice; nil if a string is none.
    static func hasDuplicates(_ text: String) -> Bool? {
        let bytes = Array(text.utf8)
        var seen: [String: Set<[UInt8]>] = [:]
        var isDuplicate = false
        // The last key at the top, and the kinds of what is open.
        var top: [UInt8] = []
        var open: [UInt8] = []
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            switch byte {
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                open.append(byte)
                if open.count == 2 { seen["inner"] = nil }
            case UInt8(ascii: "}"), UInt8(ascii: "]"): open.removeLast()
            case UInt8(ascii: "\""):
                let start = index
                index += 1
                while bytes[index] != UInt8(ascii: "\"") {
                    index += bytes[index] == UInt8(ascii: "\\") ? 2 : 1
                }
                guard let key = unescaped(bytes[start...index]) else { return nil }
                guard open.last == UInt8(ascii: "{"), isKey(bytes, index) else { break }
                let isEnd = top == Array("a".utf8) || top == Array("b".utf8)
                if open.count == 1 {
                    top = key
                    isDuplicate = !seen["top", default: []].insert(key).inserted || isDuplicate
                } else if open.count == 2, isEnd {
                    isDuplicate = !seen["inner", default: []].insert(key).inserted || isDuplicate
                }
            default: break
            }
            index += 1
        }
        return isDuplicate
    }

    /// Whether the string that ends at `index` is followed by a colon.
    private static func isKey(_ bytes: [UInt8], _ index: Int) -> Bool {
        bytes[(index + 1)...].first { !" \t\r\n".utf8.contains($0) } == UInt8(ascii: ":")
    }

    /// What a string with its quotes stands for; nil if it is none.
    static func unescaped(_ literal: ArraySlice<UInt8>) -> [UInt8]? {
        if !literal.contains(UInt8(ascii: "\\")) { return Array(literal.dropFirst().dropLast()) }
        let array = Data([UInt8(ascii: "[")] + literal + [UInt8(ascii: "]")])
        let strings = try? JSONDecoder().decode([String].self, from: array)
        return (strings?.first).map { Array($0.utf8) }
    }
}
