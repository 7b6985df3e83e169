internal import GraphCore
internal import IdentityModel
internal import NodeRuntime
internal import WireFormat

/// What a store knows, put into events for another one: a batch for each partition of that.
///
/// A graph is what it is whatever the order of its events, so these make the same one: a sighting
/// for each identifier at its first-seen time, and for each pair a word for each register. They
/// are to be folded in two runs, all sightings before the first word: then each identifier is there
/// with its value when a word names it, and a word need not know the values.
struct CarriedEvents {
    /// Why an entry cannot be carried: it is none that an event could have made.
    struct Fault: Error {
        let reason: String
    }

    /// A register with its texts.
    struct Word {
        var operation: LinkOperation
        var time: EventTime
        var source: [UInt8]
        var reason: [UInt8]
    }

    /// The batches under way.
    private(set) var batches: RecordBatches
    /// The bytes of the event that is being added.
    private var scratch: [UInt8] = []

    /// What a word says in the place of an identifier's value; folding does not look at it.
    private static let placeholder = Array("-".utf8)

    /// Empty batches for so many partitions.
    init(partitionCount: UInt16) {
        batches = RecordBatches(partitionCount: partitionCount)
    }

    /// Takes the batches, as `RecordBatches` gives them.
    mutating func takeRecords(
        _ head: RecordHead
    ) -> [(partition: PartitionID, record: [UInt8])] {
        batches.takeRecords(head)
    }

    // MARK: Identifiers

    /// Adds a sighting of an identifier at its first-seen time, with its profile fragment.
    ///
    /// - Throws: `Fault`.
    mutating func addIdentifier(
        _ key: NodeKey, namespace: [UInt8], value: ArraySlice<UInt8>, source: [UInt8],
        firstSeen: EventTime, fragment: ArraySlice<UInt8>
    ) throws(Fault) {
        guard !value.isEmpty, value.count <= EventLimits.valueBytes else {
            throw Fault(reason: "an identifier has no value that an event could have")
        }
        try Self.check(firstSeen)
        scratch.removeAll(keepingCapacity: true)
        let end = end(key, namespace, value)
        let name = append(source)
        let carried = append(Array(fragment))
        let bytes = scratch
        batches.add(homeOf: key) { batch in
            batch.appendCarried(
                end, time: firstSeen, source: name, fragment: carried, in: bytes.span)
        }
    }

    // MARK: Pairs

    /// Adds what is known of a pair: its registers' words, and where none of them has its least
    /// link time, a link of that time besides.
    ///
    /// Words that hide links come first, so that the pair turns live once at most.
    ///
    /// - Throws: `Fault`.
    mutating func addPair(
        _ a: NodeKey, _ b: NodeKey, words: [Word], leastLinkTime: EventTime, namespace: [UInt8]
    ) throws(Fault) {
        guard !words.isEmpty else { throw Fault(reason: "no source says anything of a pair") }
        for word in words where word.operation != .link { try add(word, a, b, namespace) }
        for word in words where word.operation == .link { try add(word, a, b, namespace) }
        guard let earliest = try Self.hiddenLink(of: words, at: leastLinkTime) else { return }
        try add(earliest, a, b, namespace)
    }

    /// The link that gave a pair its least link time, where no register shows it any more: its
    /// source has said something since, which outranks it. So whoever has done so may have said it.
    static func hiddenLink(of words: [Word], at time: EventTime) throws(Fault) -> Word? {
        let spoken = words.filter { $0.operation.registerKind == .link }
        if time == .never {
            guard spoken.allSatisfy({ $0.operation == .unlink }) else {
                throw Fault(reason: "a pair that is linked has no least link time")
            }
            return nil
        }
        let links = spoken.filter { $0.operation == .link }
        guard links.allSatisfy({ $0.time >= time }) else {
            throw Fault(reason: "a pair's least link time is later than a link of it")
        }
        guard !links.contains(where: { $0.time == time }) else { return nil }
        let outranks = spoken.first { word in
            word.time > time || word.time == time && word.operation == .unlink
        }
        guard let outranks else {
            throw Fault(reason: "a pair has a least link time that no source can have given it")
        }
        return Word(operation: .link, time: time, source: outranks.source, reason: [])
    }

    private mutating func add(
        _ word: Word, _ a: NodeKey, _ b: NodeKey, _ namespace: [UInt8]
    ) throws(Fault) {
        try Self.check(word.time)
        guard !word.source.isEmpty, word.source.count <= EventLimits.sourceBytes,
            word.reason.count <= EventLimits.reasonBytes
        else { throw Fault(reason: "a source or a reason is none that an event could have") }
        scratch.removeAll(keepingCapacity: true)
        let one = end(a, namespace, Self.placeholder[...])
        let other = end(b, namespace, Self.placeholder[...])
        let (source, reason) = (append(word.source), append(word.reason))
        let bytes = scratch
        batches.add(homeOf: a) { batch in
            batch.appendPair(
                word.operation, one, other, time: word.time, source: source, eventID: 0..<0,
                reason: reason, in: bytes.span)
        }
    }

    // MARK: Parts

    private static func check(_ time: EventTime) throws(Fault) {
        guard time >= .minimum, time <= .maximum else {
            throw Fault(reason: "a time is outside the years 1 to 9999")
        }
    }

    private mutating func end(
        _ key: NodeKey, _ namespace: [UInt8], _ value: ArraySlice<UInt8>
    ) -> EventEnd {
        let start = scratch.count
        scratch += namespace
        scratch.append(UInt8(ascii: ":"))
        scratch += value
        return EventEnd(key: key, text: start..<scratch.count, namespaceCount: namespace.count)
    }

    private mutating func append(_ text: [UInt8]) -> Range<Int> {
        let start = scratch.count
        scratch += text
        return start..<scratch.count
    }
}
