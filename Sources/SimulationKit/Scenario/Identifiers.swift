internal import GraphCore
package import IdentityModel
internal import ProfileCore
internal import RetailWorkload
package import WireFormat

/// The identifiers of a run, by number: as in `Tests/Model`, the order of their keys is that of the
/// numbers, the home of n is n modulo the number of partitions, and its priority is n modulo 3.
package struct Identifiers: Sendable {
    /// The namespaces, the strongest first.
    package static let namespaces = NamespaceTable(
        namespaces: [
            Namespace(name: "strong", priority: 10), Namespace(name: "middle", priority: 20),
            Namespace(name: "weak", priority: 30),
        ], isStrict: true)
    /// What the machine's records carry in their heads.
    package static let head = RecordHead(logicVersion: 1, configurationDigest: 0x5eed)
    /// The numbers of partitions that `home` is right for.
    package static let maximumPartitions = 16

    private static let names = namespaces.namespaces.map { Array($0.name.utf8) }
    private static let sources: [[UInt8]] = [Array("x".utf8), Array("y".utf8), Array("z".utf8)]
    private static let reasons: [[UInt8]] = [[], Array("kiosk".utf8), Array("wrong".utf8)]
    /// How many sources there are.
    package static let sourceCount = sources.count
    /// How many reasons there are, none included.
    package static let reasonCount = reasons.count

    /// The least number that all numbers of partitions up to 16 divide.
    private static let commonMultiple: UInt64 = 720_720
    private static let numberShift: UInt64 = 40

    /// Enough for nearly all runs, made once.
    private static let few = Identifiers(count: 64)

    private let ends: [EventEnd]
    private let sourceRanges: [Range<Int>]
    private let reasonRanges: [Range<Int>]
    private let texts: [UInt8]

    /// At least so many identifiers.
    package static func atLeast(_ count: Int) -> Identifiers {
        count <= few.ends.count ? few : Identifiers(count: count)
    }

    private init(count: Int) {
        var texts: [UInt8] = []
        ends = (0..<count).map { node in
            let name = Self.names[Self.priority(node)]
            let start = texts.count
            texts += name
            texts.append(UInt8(ascii: ":"))
            texts += Self.value(node)
            return EventEnd(
                key: Self.key(node), text: start..<texts.count, namespaceCount: name.count)
        }
        func ranges(_ words: [[UInt8]]) -> [Range<Int>] {
            words.map { word in
                texts += word
                return texts.count - word.count..<texts.count
            }
        }
        sourceRanges = ranges(Self.sources)
        reasonRanges = ranges(Self.reasons)
        self.texts = texts
    }

    /// The key of an identifier. Its other bits are mixed, as a keyed hash's are.
    package static func key(_ node: Int) -> NodeKey {
        let mixed = SplitMix64.mix(UInt64(node))
        return NodeKey(
            high: UInt64(node + 1) << numberShift | mixed & (1 << numberShift - 1),
            low: UInt64(node) + commonMultiple * (mixed >> 30))
    }

    /// The number of the identifier that has that key.
    @inline(__always)
    package static func number(_ key: NodeKey) -> Int { Int(key.high >> numberShift) - 1 }

    /// The place of its namespace among `namespaces`.
    package static func priority(_ node: Int) -> Int { node % names.count }

    /// The name of its namespace.
    package static func namespace(_ node: Int) -> [UInt8] { names[priority(node)] }

    /// Its value: `v` and its number.
    package static func value(_ node: Int) -> [UInt8] { [UInt8(ascii: "v")] + decimal(node) }

    /// The name of a source.
    package static func source(_ number: Int) -> [UInt8] { sources[number] }

    /// The text of a reason; empty for none.
    package static func reason(_ number: Int) -> [UInt8] { reasons[number] }

    private static func decimal(_ number: Int) -> [UInt8] {
        var digits: [UInt8] = []
        var rest = number
        repeat {
            digits.insert(UInt8(ascii: "0") + UInt8(rest % 10), at: 0)
            rest /= 10
        } while rest > 0
        return digits
    }

    /// A record that puts rules in force.
    static func record(of rules: SurvivorshipRules) -> [UInt8] {
        RecordCodec.encode(rules: rules.encode(), version: rules.version, head)
    }

    /// Adds an event to a record.
    package func append(_ event: SimulatedEvent, to builder: inout EventRecordBuilder) {
        let time = EventTime(milliseconds: event.time)
        let (source, reason) = (sourceRanges[event.source], reasonRanges[event.reason])
        if let said = event.attributes {
            append(event, said, to: &builder)
        } else if event.operation == .observe {
            builder.appendObserve(
                ends[event.a], time: time, source: source, eventID: 0..<0, reason: reason,
                in: texts.span)
        } else {
            builder.appendPair(
                event.operation, ends[event.a], ends[event.b], time: time, source: source,
                eventID: 0..<0, reason: reason, in: texts.span)
        }
    }

    /// Adds a sighting with what it says, whose bytes are no part of the texts.
    private func append(
        _ event: SimulatedEvent, _ said: SaidAttributes, to builder: inout EventRecordBuilder
    ) {
        var bytes: [UInt8] = []
        func place(_ part: some Collection<UInt8>) -> Range<Int> {
            bytes += part
            return bytes.count - part.count..<bytes.count
        }
        let text = place(texts[ends[event.a].text])
        let end = EventEnd(
            key: ends[event.a].key, text: text, namespaceCount: ends[event.a].namespaceCount)
        let source = place(Self.sources[event.source])
        let reason = place(Self.reasons[event.reason])
        let (id, block) = (place(said.eventID), place(said.block))
        builder.appendObserve(
            end, time: EventTime(milliseconds: event.time), source: source, eventID: id,
            reason: reason, attributes: block, in: bytes.span)
    }
}
