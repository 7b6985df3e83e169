import IdentityModel
import WireFormat

/// An event with its bytes copied out of the scratch, for tests to compare.
struct ReadEvent: Equatable, CustomStringConvertible {
    var operation: LinkOperation
    var a: [UInt8]
    var b: [UInt8]
    var milliseconds: Int64
    var source: [UInt8]
    var eventID: [UInt8]
    var reason: [UInt8]
    /// The block of attributes; empty for none.
    var attributes: [UInt8] = []

    var description: String {
        let texts = [a, b, source, eventID, reason].map { bytes in
            String(decoding: bytes, as: UTF8.self).debugDescription
        }
        return "\(operation.word) \(milliseconds) \(texts.joined(separator: " ")) \(attributes)"
    }

    init(
        _ operation: LinkOperation, _ a: String, _ b: String = "", _ milliseconds: Int64 = 0,
        source: String = "default", id: String = "", reason: String = ""
    ) {
        self.init(
            operation: operation, a: Array(a.utf8), b: Array(b.utf8), milliseconds: milliseconds,
            source: Array(source.utf8), eventID: Array(id.utf8), reason: Array(reason.utf8),
            attributes: [])
    }

    /// An observe that says something.
    init(observe a: String, _ attributes: [UInt8], _ milliseconds: Int64 = 0) {
        self.init(.observe, a, "", milliseconds)
        self.attributes = attributes
    }

    init(
        operation: LinkOperation, a: [UInt8], b: [UInt8], milliseconds: Int64, source: [UInt8],
        eventID: [UInt8], reason: [UInt8], attributes: [UInt8]
    ) {
        self.operation = operation
        self.a = a
        self.b = b
        self.milliseconds = milliseconds
        self.source = source
        self.eventID = eventID
        self.reason = reason
        self.attributes = attributes
    }

    init(_ event: DecodedEvent, _ scratch: EventScratch) {
        self.init(
            operation: event.operation, a: scratch.copy(event.a.text),
            b: scratch.copy(event.b.text), milliseconds: event.time.milliseconds,
            source: scratch.copy(event.source), eventID: scratch.copy(event.eventID),
            reason: scratch.copy(event.reason), attributes: scratch.copy(event.attributes))
    }
}

/// What a decoder or its twin makes of a line.
enum ReadOutcome: Equatable {
    case event(ReadEvent)
    case rejected(RejectReason)
}

/// Options that the tests of this folder share: one namespace of each kind.
enum EventsFixture {
    static let namespaces = NamespaceTable(
        namespaces: [
            Namespace(name: "loyalty", priority: 10, normalization: [.trim]),
            Namespace(name: "email", priority: 20, normalization: [.trim, .lowercase]),
            Namespace(name: "phone", priority: 30, normalization: [.trim, .e164]),
            Namespace(name: "browser_profile_number_9", normalization: [.lowercase]),
        ], isStrict: false)

    static let options = EventDecoderOptions(namespaces: namespaces)

    static var strict: EventDecoderOptions {
        EventDecoderOptions(
            namespaces: NamespaceTable(namespaces: namespaces.namespaces, isStrict: true))
    }
}

extension JSONEventDecoder {
    mutating func read(_ line: [UInt8], lineNumber: Int = 1) -> ReadOutcome {
        switch decode(line.span, lineNumber: lineNumber) {
        case .event(let event): .event(ReadEvent(event, scratch))
        case .rejected(let rejected): .rejected(rejected.reason)
        }
    }
}

extension CSVEventDecoder {
    mutating func read(_ row: [UInt8], lineNumber: Int = 1) -> ReadOutcome {
        switch decode(row: row.span, lineNumber: lineNumber) {
        case .event(let event): .event(ReadEvent(event, scratch))
        case .rejected(let rejected): .rejected(rejected.reason)
        }
    }
}

/// Reads one JSON line with a fresh decoder.
func readJSON(
    _ line: String, _ options: EventDecoderOptions = EventsFixture.options, lineNumber: Int = 1
) -> ReadOutcome {
    var decoder = JSONEventDecoder(options: options)
    return decoder.read(Array(line.utf8), lineNumber: lineNumber)
}

/// Why one JSON line is refused, with its sentence; nil if it is not.
func rejectionOfJSON(
    _ line: String, _ options: EventDecoderOptions = EventsFixture.options
) -> Rejected? {
    var decoder = JSONEventDecoder(options: options)
    guard case .rejected(let rejected) = decoder.decode(Array(line.utf8).span, lineNumber: 1)
    else { return nil }
    return rejected
}

/// SplitMix64 (Steele, Lea, Flood 2014): the same numbers for the same seed, everywhere.
struct EventsRandom {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ word >> 30) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ word >> 27) &* 0x94D0_49BB_1331_11EB
        return word ^ word >> 31
    }

    /// A number below `bound`.
    mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }

    /// One of `choices`, which is not empty.
    mutating func pick<Element>(_ choices: [Element]) -> Element { choices[below(choices.count)] }
}
