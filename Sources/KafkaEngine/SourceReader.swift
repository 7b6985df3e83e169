internal import IdentityModel
internal import KafkaLog
internal import NodeKeys
internal import NodeRuntime
internal import ProfileCore
internal import WireFormat

/// Makes log records of what producers send: a value is one JSON event, an array of them, JSON
/// Lines, or a packed frame, which is a record of events that another edge made.
///
/// What it makes of a value depends on the value and its time, and on this clock where an event
/// claims to be of the future: so several routers, or one that reads again after a restart, make
/// the same of it.
struct SourceReader {
    /// How far ahead of this clock an event's time may lie: 24 hours.
    private static let leadMilliseconds: Int64 = 86_400_000

    private var head: RecordHead
    private let digests: [UInt64]
    private let hasher: NodeKeyHasher
    private let partitionCount: UInt16
    private var rules: SurvivorshipRules
    private var decoder: JSONEventDecoder
    private var router: EventRouter
    private var frame = EventFrame()
    /// What is refused of the value that is read.
    private var refusedOfValue = 0
    private var records: [(partition: PartitionID, record: [UInt8])] = []
    /// Events that were taken.
    private(set) var accepted: UInt64 = 0
    /// Events that were refused, and frames.
    private(set) var refused: UInt64 = 0

    /// A reader of events for a store whose identifiers `hasher` names.
    init(_ node: NodeSettings, hasher: NodeKeyHasher, rules: SurvivorshipRules, head: RecordHead) {
        self.head = head
        self.hasher = hasher
        self.rules = rules
        partitionCount = node.partitionCount
        digests = [node.configurationDigest] + node.earlierDigests
        decoder = JSONEventDecoder(options: EventDecoderOptions(namespaces: node.namespaces))
        router = EventRouter(hasher: hasher, partitionCount: node.partitionCount, rules: rules)
    }

    /// From here on events are checked by these rules, and records have this head. Where rules
    /// change, what is read again may be refused that was taken, or taken that was refused;
    /// partitions fold by their logs.
    mutating func take(_ rules: SurvivorshipRules, _ head: RecordHead) {
        self.head = head
        guard rules.version != self.rules.version else { return }
        gather()
        self.rules = rules
        router = EventRouter(hasher: hasher, partitionCount: partitionCount, rules: rules)
    }

    /// Reads a value that came at a time; what is refused of it goes to `refuse`, with a stable
    /// word. No value, and an empty one, holds no event.
    mutating func read(
        _ value: Span<UInt8>, at time: EventTime,
        _ refuse: (_ event: Span<UInt8>, _ reason: String) -> Void
    ) {
        let latest = EventTime(milliseconds: TickPolicy.now.milliseconds + Self.leadMilliseconds)
        refusedOfValue = 0
        if value.count > 0, value[0] == RecordHead.format {
            return readFrame(value, until: latest, refuse)
        }
        decoder.arrive(at: time, latest: latest)
        var body = EventBody(value, isLines: true)
        // Of an array that is wrong itself nothing is taken.
        if body.shape == .array, let fault = body.survey(value).fault {
            return note(fault.word.rawValue, value, of: value, refuse)
        }
        while let place = body.next(in: value) {
            let text = value.extracting(place)
            switch decoder.decode(text, lineNumber: body.count) {
            case .rejected(let rejected):
                note(rejected.reason.rawValue, text, of: value, refuse)
            case .event(let event):
                let bytes = decoder.scratch.bytes
                if let rejected = router.add(event, in: bytes.span) {
                    note(rejected.reason.rawValue, text, of: value, refuse)
                } else {
                    noteAccepted()
                }
            }
        }
    }

    /// Takes the records of all that was read.
    mutating func takeRecords() -> [(partition: PartitionID, record: [UInt8])] {
        gather()
        defer { records.removeAll(keepingCapacity: true) }
        return records
    }

    private mutating func readFrame(
        _ value: Span<UInt8>, until latest: EventTime,
        _ refuse: (_ event: Span<UInt8>, _ reason: String) -> Void
    ) {
        do throws(WireError) {
            let (head, record) = try RecordCodec.decode(value)
            guard digests.contains(head.configurationDigest) else {
                return note(DeadLetter.Word.otherConfiguration, value, of: value, refuse)
            }
            guard case .events(let body) = record else {
                return note(DeadLetter.Word.badFrame, value, of: value, refuse)
            }
            try frame.decode(value, body: body)
        } catch {
            return note(DeadLetter.Word.badFrame, value, of: value, refuse)
        }
        for entry in frame.entries {
            let event = UnpackedEvent(entry, of: frame, in: value)
            let word: RejectReason? =
                entry.time > latest ? .futureTime : router.add(event)?.reason
            if let word {
                let letter = event.record(head)
                note(word.rawValue, letter.span, of: value, refuse)
            } else {
                noteAccepted()
            }
        }
    }

    private mutating func noteAccepted() {
        accepted += 1
        if router.isFull { gather() }
    }

    /// Counts what is refused, and writes letters; of a value with too many of them one for all.
    private mutating func note(
        _ word: String, _ event: Span<UInt8>, of value: Span<UInt8>,
        _ refuse: (_ event: Span<UInt8>, _ reason: String) -> Void
    ) {
        refused += 1
        refusedOfValue += 1
        if refusedOfValue <= DeadLetter.lettersOfValue {
            refuse(event, word)
        } else if refusedOfValue == DeadLetter.lettersOfValue + 1 {
            refuse(value, DeadLetter.Word.tooManyRefused)
        }
    }

    private mutating func gather() {
        if router.count > 0 { records += router.takeRecords(head) }
    }
}
