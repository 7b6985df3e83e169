import GraphCore
import IdentityModel
import TestSupport
import Testing
import WireFormat

/// The bytes of format 1, as files under Fixtures/Golden: logs and stores that are out there hold
/// them. A change that alters one needs a new format number and a reader of the old one.
/// `KINDRED_REWRITE=1` writes them anew.
@Suite("Golden bytes")
struct GoldenTests {
    private static let head = RecordHead(
        logicVersion: 1, configurationDigest: 0x0102_0304_0506_0708)
    private static let email = TestEnd(
        namespace: "email", value: "ana@example.com", key: NodeKey(high: 1, low: 2))
    private static let cookie = TestEnd(
        namespace: "cookie", value: "c-1", key: NodeKey(high: 0xffee << 48, low: 3))

    private static let events = [
        TestEvent(
            .link, cookie, email, at: 1_767_323_045_678, source: "web-login", eventID: "evt-1"),
        TestEvent(.unlink, email, cookie, at: 1_767_323_045_677, source: "web-login"),
        TestEvent(.ban, email, cookie, at: -1, source: "steward", reason: "kiosk"),
        TestEvent(.unban, email, cookie, at: EventTime.maximum.milliseconds, source: "steward"),
        TestEvent(.observe, cookie, at: EventTime.minimum.milliseconds, source: "web"),
    ]

    /// What an observe says: a false and a true, numbers, strings, an array.
    private static let said = TestEvent(
        .observe, cookie, at: 1_767_323_045_678, source: "web", reason: "import",
        eventID: "evt-2",
        attributes: [7, 1, 0x61, 1, 1, 0x62, 2, 1, 0x63, 3, 15, 24, 1, 0x64, 3, 14, 9]
            + [1, 0x65, 4, 0, 1, 0x66, 4, 2, 0xc3, 0xa9, 1, 0x67, 5, 3, 2, 3, 0, 0, 4, 1, 0x78])

    private static var home: HomeImage {
        var image = HomeImage()
        image.reset(email.key)
        image.component = ComponentID(partition: PartitionID(1), sequence: 77)
        image.version = 3
        image.pairs = [
            PairImage(
                other: cookie.key, leastLinkTime: EventTime(milliseconds: 1_767_323_045_678),
                version: 2, isLive: false, registerCount: 2),
            PairImage(
                other: NodeKey(high: UInt64.max, low: 0), leastLinkTime: .never, version: 0,
                isLive: true, registerCount: 1),
        ]
        image.registers = [
            RegisterImage(
                source: 1, operation: .link, time: EventTime(milliseconds: 5), reasonCount: 0),
            RegisterImage(source: 1, operation: .ban, time: .minimum, reasonCount: 5),
            RegisterImage(source: 300, operation: .unlink, time: .maximum, reasonCount: 0),
        ]
        image.reasons = Array("kiosk".utf8)
        return image
    }

    private static var component: ComponentImage {
        var image = ComponentImage()
        image.reset(ComponentID(partition: PartitionID(1), sequence: 77))
        image.rank = 300
        image.anchor = email.key
        var first = MemberImage(
            key: email.key, version: 3, firstSeen: EventTime(milliseconds: 1_767_323_045_678),
            namespace: 1, valueCount: 15, edgeCount: 1)
        first.customerVersion = 9
        first.namesCustomer = true
        first.isUntold = true
        first.fragmentCount = 5
        image.members = [
            first,
            MemberImage(
                key: cookie.key, version: 1, firstSeen: .never, namespace: 0, valueCount: 0,
                edgeCount: 0),
        ]
        image.values = Array(email.value.utf8)
        image.fragments = [1, 2, 3, 4, 5]
        image.edges = [EdgeImage(other: cookie.key, version: 64, isLive: true)]
        return image
    }

    private static var homeInRows: HomeImage {
        var image = home
        image.isInRows = true
        image.pairCount = 300
        image.pairs = []
        image.registers = []
        image.reasons = []
        return image
    }

    private static var pair: HomeImage {
        var image = home
        image.pairs = [home.pairs[0]]
        return image
    }

    private static var componentInRows: ComponentImage {
        var image = ComponentImage()
        image.reset(component.id)
        image.rank = 70_000
        image.anchor = email.key
        image.isInRows = true
        image.memberCount = 300
        image.edgeCount = 70_001
        image.memberSum = Digest(first: 5, second: UInt64.max)
        return image
    }

    private static var member: ComponentImage {
        var image = component
        image.members = [component.members[0]]
        image.members[0].edgeCount = 0
        image.edges = []
        return image
    }

    private static var header: PartitionHeader {
        var header = PartitionHeader()
        header.position = 300
        header.lastRecordChecksum = 0x1122_3344_5566_7788
        header.events = 70_000
        header.rulesVersion = 2
        header.doneOffset = 299
        header.sent = [1, 200]
        header.seen = [3]
        header.counters.identifiers = 10
        header.counters.customers = 4
        header.counters.pairs = 7
        header.counters.liveLinks = 6
        header.counters.merges = 8
        header.counters.splits = 2
        header.counters.minted = 12
        header.evidenceDigest = Digest(first: 1, second: 2)
        header.componentDigest = Digest(first: UInt64.max, second: 3)
        header.namespaceCount = 3
        header.sourceCount = 300
        header.changes = 400
        return header
    }

    private static let values: [(name: String, bytes: [UInt8])] = [
        ("record-events", EventRecords.record(events, head)),
        ("record-events-empty", EventRecords.record([], head)),
        ("record-events-attributes", EventRecords.record([said], head)),
        (
            "record-tick",
            RecordCodec.encode(.tick(EventTime(milliseconds: 1_767_323_045_678)), head)
        ),
        ("record-done", RecordCodec.encode(.done(offset: 300), head)),
        (
            "record-collect",
            RecordCodec.encode(.collect([MessageTests.id, MessageTests.other]), head)
        ),
        ("record-logic", RecordCodec.encode(.logic(version: 1), head)),
        ("record-messages", messages(MessageTests.kinds.map(\.message))),
        (
            "record-bundle",
            messages(
                MessageTests.kinds.map(\.message), [MessageTests.kinds[0].message],
                MessageTests.kinds.suffix(2).map(\.message))
        ),
        ("record-rules", rules),
        ("value-home", StateValueTests.encode(home)),
        ("value-home-rows", StateValueTests.encode(homeInRows)),
        ("value-pair", StateValueTests.row(pair)),
        ("value-component", StateValueTests.encode(component)),
        ("value-component-rows", StateValueTests.encode(componentInRows)),
        ("value-member", StateValueTests.memberRow(member)),
        ("value-edge", StateValueTests.row(component.edges[0])),
        ("value-rank", ComponentCodec.rankRow),
        ("value-header", header.encoded),
        ("key-header", StateKey.header), ("key-namespace", StateKey.namespace(258)),
        ("key-source", StateKey.source(UInt32.max)), ("key-home", StateKey.home(cookie.key)),
        ("key-pair", StateKey.pair(email.key, cookie.key)),
        ("key-component", StateKey.component(component.id)),
        ("key-member", StateKey.member(cookie.key, of: component.id)),
        ("key-edge", StateKey.edge(email.key, cookie.key, of: component.id)),
        ("key-back-edge", StateKey.backEdge(email.key, cookie.key, of: component.id)),
        (
            "key-rank",
            StateKey.rank(
                AnchorRank(
                    priority: 10, firstSeen: EventTime(milliseconds: -1), key: cookie.key),
                of: component.id)
        ),
        ("key-pointer", StateKey.pointer(MessageTests.other)),
        ("key-parked", StateKey.parked(cookie.key)),
        ("key-staged", StateKey.staged(MessageTests.other, index: 258)),
        ("key-outgoing", StateKey.outgoing(component.id, index: UInt32.max)),
        ("key-touched", StateKey.touched(MessageTests.other)),
        ("value-touched", TransitTests.encode(touched)),
        ("value-touched-new", TransitTests.encode(TouchedComponent(id: component.id, told: nil))),
        ("value-pointer", TransitTests.encode(pointer)),
        ("value-parked", TransitTests.encode(parked)),
        ("value-page", TransitTests.encode(MessageTests.page)),
    ]

    static let forms =
        values + MessageTests.kinds.map { ("message-\($0.name)", messages([$0.message])) }

    private static let pointer = ForwardingPointer(from: MessageTests.id, to: MessageTests.other)

    private static var touched: TouchedComponent {
        var touched = TouchedComponent(id: MessageTests.other, told: email.key)
        touched.departed = [ChangedIdentifier(key: cookie.key, namespace: 2, valueCount: 3)]
        touched.values = Array("c-1".utf8)
        touched.parts = [MessageTests.id]
        return touched
    }

    /// The messages among the kinds that are for the lesser node, as they would wait.
    private static var parked: ParkedMessages {
        var parked = ParkedMessages(node: MessageTests.lesser, messages: [])
        for (_, message) in MessageTests.kinds {
            switch message {
            case .forMember(var message), .resolve(var message, _), .via(var message, _):
                guard message.node == parked.node else { continue }
                message.component = .none
                parked.messages.append(message)
            default: continue
            }
        }
        return parked
    }

    private static func messages(_ deliveries: [GraphMessage]...) -> [UInt8] {
        var writer = MessageWriter()
        let bodies = deliveries.map { messages in
            for message in messages {
                writer.append(message) { number in Array("n\(number)".utf8) }
            }
            return writer.finish()
        }
        return RecordCodec.encode(
            deliveries: bodies[...], sender: PartitionID(257), number: 77, head)
    }

    /// A kind that no release writes yet, by hand from `Record`'s description.
    private static var rules: [UInt8] {
        RecordTests.sealed([1, 6, 1, 8, 7, 6, 5, 4, 3, 2, 1, 5, 0xcc])
    }

    @Test(arguments: forms.map(\.name))
    func shouldWriteTheBytesOfFormatOne(name: String) throws {
        let bytes = try #require(Self.forms.first { $0.name == name }).bytes
        let path = "Golden/\(name).txt"
        if FixtureFiles.isRewriting { try FixtureFiles.write(Self.hexadecimal(bytes), to: path) }
        let golden = try #require(FixtureFiles.text(of: path), "Fixtures/Golden lacks \(name).txt")
        #expect(Self.hexadecimal(bytes) == golden)
    }

    @Test func shouldKnowEveryGoldenFile() throws {
        #expect(
            try FixtureFiles.names(in: "Golden") == Self.forms.map { "\($0.name).txt" }.sorted())
    }

    /// The files are read, too: what an older program wrote keeps its meaning.
    @Test func shouldReadTheBytesOfFormatOne() throws {
        func golden(_ name: String) throws -> [UInt8] {
            try Self.bytes(#require(FixtureFiles.text(of: "Golden/\(name).txt")))
        }
        let record = try golden("record-events")
        guard case .events(let body) = try RecordTests.decode(record).record else {
            Issue.record("not events")
            return
        }
        var frame = EventFrame()
        try frame.decode(record.span, body: body)
        let events = EventRecords.events(in: frame, of: record)
        #expect(events == Self.events.map { $0.ends.first == $0.a ? $0 : $0.swapped })
        #expect(
            try StateValueTests.decodeHome(golden("value-home"), Self.email.key) == Self.home)
        #expect(
            try StateValueTests.decodeComponent(golden("value-component"), Self.component.id)
                == Self.component)
        let header = try golden("value-header")
        #expect(try PartitionHeader(header.span) == Self.header)
        #expect(
            try RecordTests.decode(golden("record-rules")).record
                == .rules(version: 5, body: 12..<13))
    }

    @Test func shouldReadTheMessagesOfFormatOne() throws {
        func golden(_ name: String) throws -> [UInt8] {
            try Self.bytes(#require(FixtureFiles.text(of: "Golden/\(name).txt")))
        }
        let named = MessageTests.kinds.map { ("message-\($0.name)", [$0.message]) }
        for (name, messages) in [("record-messages", MessageTests.kinds.map(\.message))] + named {
            let record = try golden(name)
            guard
                case .messages(PartitionID(257), 77, let bodies) = try RecordTests.decode(record)
                    .record
            else {
                Issue.record("\(name) is not messages")
                continue
            }
            #expect(bodies.count == 1)
            #expect(try MessageBytes.read(Array(record[bodies[0]]), as: 5) == messages)
        }
        let bundle = try golden("record-bundle")
        guard
            case .messages(PartitionID(257), 77, let bodies) = try RecordTests.decode(bundle)
                .record
        else {
            Issue.record("record-bundle is not messages")
            return
        }
        let read = try bodies.map { try MessageBytes.read(Array(bundle[$0]), as: 5) }
        let all = MessageTests.kinds.map(\.message)
        #expect(read == [all, [all[0]], Array(all.suffix(2))])
        #expect(
            try TransitTests.pointer(golden("value-pointer"), from: MessageTests.id)
                == Self.pointer)
        #expect(
            try TransitTests.parked(golden("value-parked"), for: MessageTests.lesser)
                == Self.parked)
        #expect(
            try TransitTests.page(golden("value-page"), MessageTests.other, index: 200)
                == MessageTests.page)
    }

    // MARK: Hexadecimal files

    /// Sixteen bytes a line, two digits each, with a space between.
    private static func hexadecimal(_ bytes: [UInt8]) -> String {
        stride(from: 0, to: bytes.count, by: 16).map { start in
            bytes[start..<min(start + 16, bytes.count)].map { byte in
                let text = String(byte, radix: 16)
                return text.count == 1 ? "0\(text)" : text
            }.joined(separator: " ") + "\n"
        }.joined()
    }

    private static func bytes(_ text: String) -> [UInt8] {
        text.split { $0 == " " || $0 == "\n" }.compactMap { UInt8($0, radix: 16) }
    }
}
