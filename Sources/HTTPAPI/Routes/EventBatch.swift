internal import Answers
internal import GraphCore
internal import IdentityModel
internal import NodeKeys
internal import NodeRuntime
internal import ProfileCore
internal import WireFormat

/// The events of one body: records for the log, and what was refused. Nothing of a body that is
/// wrong as a whole is taken.
struct EventBatch {
    /// An event that was refused, by its place in the body.
    struct Refused: Encodable {
        let index: Int
        let reason: String
        let message: String
    }

    /// An event of two ends, as an effect tells of it.
    struct Pair {
        let operation: LinkOperation
        let a: Question
        let b: Question
    }

    /// What the logs are to have.
    private(set) var records: [(partition: PartitionID, record: [UInt8])] = []
    /// How many events are in the records.
    private(set) var accepted = 0
    /// What was refused, in order.
    private(set) var refused: [Refused] = []
    /// How many events the body has.
    private(set) var count = 0
    /// The last event, if it was taken and has two ends.
    private(set) var pair: Pair?

    private let keys: IdentifierKeys
    private let head: RecordHead
    private var router: EventRouter
    private var decoder: JSONEventDecoder

    /// How far ahead of the node's clock an event's time may lie: 24 hours.
    private static let leadMilliseconds: Int64 = 86_400_000

    /// Nothing yet.
    ///
    /// - Parameter now: the time of an event that has none.
    init(
        _ keys: IdentifierKeys, _ head: RecordHead, partitionCount: UInt16,
        rules: SurvivorshipRules, now: EventTime
    ) {
        self.keys = keys
        self.head = head
        router = EventRouter(
            hasher: keys.hasher, partitionCount: partitionCount, rules: rules)
        decoder = JSONEventDecoder(
            options: EventDecoderOptions(
                namespaces: keys.namespaces, defaultTime: .fixed(now),
                latestTime: EventTime(milliseconds: now.milliseconds + Self.leadMilliseconds)))
    }

    /// Reads a body, `isLines` where its media type is that of JSON Lines.
    ///
    /// - Throws: `Problem`; then nothing of the body is to be taken.
    mutating func read(
        _ body: [UInt8], isLines: Bool, limits: HTTPLimits
    ) throws(Problem) {
        let body = body.span
        var events = EventBody(body, isLines: isLines)
        guard !events.isEmpty else { throw Problem.emptyBody }
        while let place = events.next(in: body) {
            guard events.count <= limits.eventsPerRequest else {
                throw Problem(
                    .tooManyEvents,
                    "a request has at most \(limits.eventsPerRequest) events, and none of these "
                        + "was taken: send them in parts")
            }
            read(body.extracting(place), index: events.count - 1)
        }
        if let fault = events.fault { throw Problem(fault) }
        count = events.count
        takeRecord()
    }

    private mutating func read(_ text: Span<UInt8>, index: Int) {
        switch decoder.decode(text, lineNumber: index + 1) {
        case .rejected(let rejected): note(rejected, index)
        case .event(let event):
            if router.isFull || router.count == ServingLimits.recordEvents { takeRecord() }
            let bytes = decoder.scratch.bytes
            if let rejected = router.add(event, in: bytes.span) { return note(rejected, index) }
            accepted += 1
            // Only a body of one event has an effect.
            pair = index == 0 && event.operation != .observe ? pair(event, bytes.span) : nil
        }
    }

    private mutating func note(_ rejected: Rejected, _ index: Int) {
        refused.append(
            Refused(index: index, reason: rejected.reason.rawValue, message: rejected.message))
    }

    private mutating func takeRecord() {
        records += router.takeRecords(head)
    }

    private func pair(_ event: DecodedEvent, _ bytes: Span<UInt8>) -> Pair {
        Pair(
            operation: event.operation, a: question(event.a, bytes), b: question(event.b, bytes))
    }

    private func question(_ end: DecodedIdentifier, _ bytes: Span<UInt8>) -> Question {
        let text = bytes.extracting(end.text)
        var copy: [UInt8] = []
        for index in text.indices { copy.append(text[index]) }
        return Question(
            text: String(decoding: copy, as: UTF8.self), key: keys.hasher.hash(text),
            isCustomer: false)
    }
}

extension Problem {
    /// Why a body is refused as a whole.
    init(_ fault: RequestFault) { self.init(.badBody, word: fault.word.rawValue, fault.message) }
}
