import Foundation
import IdentityModel
import ProfileCore
import WireFormat

/// What libFuzzer calls for each input. `KINDRED_FUZZ_TARGET` chooses the target; a finding is a
/// fatal error, which libFuzzer turns into a file.
enum FuzzTarget: String, CaseIterable {
    /// JSON lines against the slow twin over JSONDecoder.
    case json
    /// CSV rows under three headers, written again and read again.
    case csv
    /// Times against a regular expression and a calendar that counts; printed and read again.
    case timestamp
    /// Bodies of events, split, against the slow twin.
    case body
    /// Resolve requests against the slow twin over JSONDecoder, and their answers read again.
    case resolve
    /// Bodies of messages between partitions, written again.
    case messages
    /// Fragments and observations under several rules, the rules themselves, changes of the feed.
    case profiles

    static let chosen: FuzzTarget = {
        let name = ProcessInfo.processInfo.environment["KINDRED_FUZZ_TARGET"] ?? ""
        guard let target = FuzzTarget(rawValue: name) else {
            fatalError("set KINDRED_FUZZ_TARGET to one of \(allCases.map(\.rawValue))")
        }
        return target
    }()

    func run(_ input: [UInt8]) {
        switch self {
        case .json: JSONFuzz.run(input)
        case .csv: CSVFuzz.run(input)
        case .timestamp: TimestampFuzz.run(input)
        case .body: RequestFuzz.split(input)
        case .resolve: RequestFuzz.resolve(input)
        case .messages: MessageFuzz.run(input)
        case .profiles:
            ProfileFuzz.fragment(input)
            ProfileFuzz.observation(input)
            ProfileFuzz.rules(input)
            ProfileFuzz.change(input)
        }
    }
}

/// Ends the run where something does not hold. `precondition` says nothing in release builds.
func require(_ isSo: Bool, _ message: @autoclosure () -> String = "the checks disagree") {
    if !isSo { fatalError(message()) }
}

enum JSONFuzz {
    /// The decoder lives on from input to input: what one leaves behind must not touch the next.
    nonisolated(unsafe) private static var open = JSONEventDecoder(options: EventsFixture.options)
    nonisolated(unsafe) private static var strict = JSONEventDecoder(options: EventsFixture.strict)
    private static let openTwin = EventsTwin(options: EventsFixture.options)
    private static let strictTwin = EventsTwin(options: EventsFixture.strict)

    static func run(_ line: [UInt8]) {
        compare(open.read(line), openTwin.read(line), line)
        compare(strict.read(line), strictTwin.read(line), line)
    }

    private static func compare(_ fast: ReadOutcome, _ slow: ReadOutcome, _ line: [UInt8]) {
        if fast == slow { return }
        let isOrderOnly =
            fast == .rejected(.tooDeep) && slow == .rejected(.malformedJSON)
            && EventsTwin.bracketDepth(line) > EventLimits.nestingDepth
        require(isOrderOnly, "decoder: \(fast)\ntwin: \(slow)")
    }
}

enum CSVFuzz {
    private static let headers = [
        "op,a,b,ts,source,id,reason,attributes.k,attributes.j",
        "b_value,b_ns,junk,a_ns,a_value,ts", "ts,b,a",
    ]

    static func run(_ input: [UInt8]) {
        let split = input.firstIndex(of: 0x1E) ?? input.count
        let row = Array(input[..<split])
        for header in headers { check(row, Array(header.utf8)) }
        if split < input.count { check(row, Array(input[(split + 1)...])) }
    }

    private static func check(_ row: [UInt8], _ headerRow: [UInt8]) {
        guard case .header(let header) = CSVHeader.parse(headerRow.span) else { return }
        var options = EventsFixture.options
        options.assumedZoneMinutes = -90
        options.defaultTime = .lineNumber
        var decoder = CSVEventDecoder(header: header, options: options)
        let first = decoder.read(row)
        require(decoder.read(row) == first, "the same row is read differently again")
        guard case .event(let event) = first else { return }
        let cells = [
            Array(event.operation.word.utf8), event.a, event.b,
            Array(String(event.milliseconds).utf8), event.source, event.eventID, event.reason,
        ]
        let fields = "op,a,b,ts,source,id,reason".split(separator: ",").map { Array($0.utf8) }
        let attributes = attributes(event)
        let written = quotedRow(cells + attributes.map(\.text))
        let names = quotedRow(fields + attributes.map { Array("attributes.".utf8) + $0.name })
        guard case .header(let full) = CSVHeader.parse(names.span) else {
            fatalError("the full header is refused")
        }
        var again = CSVEventDecoder(header: full, options: options)
        let outcome = again.read(written)
        require(outcome == first, "read: \(first)\nwritten and read: \(outcome)")
    }

    private static func attributes(_ event: ReadEvent) -> [(name: [UInt8], text: [UInt8])] {
        let bytes = event.attributes
        if bytes.isEmpty { return [] }
        var found: [(name: [UInt8], text: [UInt8])] = []
        var reader = try? AttributeReader(bytes.span, 0..<bytes.count)
        while let attribute = try? reader?.next(bytes.span) {
            var cursor = ByteCursor(attribute.value.range)
            guard case .string(let text)? = try? AttributeValue(bytes.span, &cursor) else {
                fatalError("a cell is no string")
            }
            found.append((Array(bytes[attribute.name.range]), Array(bytes[text.range])))
        }
        require(found.count == Int(bytes[0]), "a row's attributes are no block")
        return found
    }

    private static func quotedRow(_ cells: [[UInt8]]) -> [UInt8] {
        Array(cells.map(quoted).joined(separator: [UInt8(ascii: ",")]))
    }

    private static func quoted(_ cell: [UInt8]) -> [UInt8] {
        let quote = UInt8(ascii: "\"")
        var output = [quote]
        for byte in cell { output += byte == quote ? [quote, quote] : [byte] }
        return output + [quote]
    }
}

enum TimestampFuzz {
    static func run(_ input: [UInt8]) {
        checkText(input)
        for unit in TimeUnit.allCases { checkInteger(input, unit) }
    }

    private static func checkText(_ input: [UInt8]) {
        let outcome = TimestampParser.parse(input.span, 0..<input.count)
        let assumed = TimestampParser.parse(input.span, 0..<input.count, assumedZoneMinutes: 0)
        let utc = input + [UInt8(ascii: "Z")]
        if outcome == .zoneMissing {
            require(assumed == TimestampParser.parse(utc.span, 0..<utc.count))
        } else {
            require(assumed == outcome)
        }
        var expected: Int64?
        if let text = String(validating: input, as: UTF8.self) {
            expected = TwinTime.milliseconds(text)
        }
        switch outcome {
        case .time(let time):
            require(time.milliseconds == expected, "\(time) / \(String(describing: expected))")
            let printed = Array(TimestampText.print(time).utf8)
            require(TimestampParser.parse(printed.span, 0..<printed.count) == outcome)
        case .outOfRange:
            let isInside = expected.map { milliseconds in
                milliseconds >= EventTime.minimum.milliseconds
                    && milliseconds <= EventTime.maximum.milliseconds
            }
            require(isInside == false, "out of range: \(String(describing: expected))")
        case .malformed, .zoneMissing:
            require(expected == nil, "refused: \(String(describing: expected))")
        }
    }

    private static func checkInteger(_ input: [UInt8], _ unit: TimeUnit) {
        let outcome = TimestampParser.parseInteger(input.span, 0..<input.count, unit: unit)
        let text = String(validating: input, as: UTF8.self) ?? "?"
        let digits = text.utf8.first == UInt8(ascii: "-") ? text.utf8.dropFirst() : text.utf8[...]
        let isInteger = !digits.isEmpty && digits.allSatisfy { (0x30...0x39).contains($0) }
        require((outcome == .malformed) != isInteger, "\(text) is \(outcome)")
        guard isInteger else { return }
        // Through Double: exact enough to tell inside from outside away from the edges.
        let factor: Double =
            switch unit {
            case .seconds: 1_000
            case .milliseconds: 1
            case .microseconds: 0.001
            case .nanoseconds: 0.000_001
            }
        let estimate = (Double(text) ?? .infinity) * factor
        if case .time(let time) = outcome {
            require(abs(Double(time.milliseconds) - estimate) <= 2, "\(text) is \(time)")
        } else {
            let isInside = estimate > -62_135_596_799_000 && estimate < 253_402_300_799_000
            require(!isInside, "\(text) is out of range")
        }
    }
}

/// libFuzzer's entry: one input, read by the chosen target.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    FuzzTarget.chosen.run(Array(UnsafeBufferPointer(start: start, count: count)))
    return 0
}
