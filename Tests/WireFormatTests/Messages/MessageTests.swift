import GraphCore
import IdentityModel
import TestSupport
import Testing
import WireFormat

@Suite("Messages")
struct MessageTests {
    /// One of each kind, and each way of travelling.
    static let kinds: [(name: String, message: GraphMessage)] = [
        (
            "seen",
            .forMember(
                member(
                    lesser,
                    .seen(
                        at: EventTime(milliseconds: 1_767_323_045_678), namespace: 5,
                        value: Array("ana@example.com".utf8))))
        ),
        (
            "edge",
            .resolve(
                MemberMessage(
                    component: .none, node: lesser,
                    content: .edge(to: greater, version: 64, isLive: true)), asked: 200)
        ),
        (
            "join",
            .via(
                member(greater, .join(from: lesser, version: 3, asker: other, rank: 300)),
                version: 7)
        ),
        (
            "join-back",
            .forMember(
                member(lesser, .joinBack(to: greater, version: 3, asked: other, rank: 300)))
        ),
        ("retry", .forMember(member(lesser, .retry(to: greater)))),
        (
            "assign",
            .assign(
                Assignment(
                    component: id,
                    nodes: [
                        AssignedNode(key: greater, version: 2),
                        AssignedNode(key: lesser, version: UInt32.max),
                    ]))
        ),
        ("absorb", .absorb(state)),
        ("page", .page(page)),
        ("next", .next(transfer: other, index: 1)),
    ]

    static let lesser = NodeKey(high: 1, low: 2)
    static let greater = NodeKey(high: 0xffee << 48, low: 3)
    static let id = ComponentID(partition: PartitionID(1), sequence: 77)
    static let other = ComponentID(partition: PartitionID(300), sequence: 1 << 40)

    static func member(_ node: NodeKey, _ content: MemberMessage.Content) -> MemberMessage {
        MemberMessage(component: id, node: node, content: content)
    }

    static var state: ComponentState {
        var state = ComponentState(target: id, via: LinkPosition(a: lesser, b: greater))
        var first = MemberImage(
            key: lesser, version: 3, firstSeen: EventTime(milliseconds: 1_767_323_045_678),
            namespace: 5, valueCount: 3, edgeCount: 0)
        first.customerVersion = 9
        first.namesCustomer = true
        first.fragmentCount = 5
        state.members = [
            first,
            MemberImage(
                key: greater, version: 1, firstSeen: .never, namespace: 0, valueCount: 0,
                edgeCount: 0),
        ]
        state.values = Array("c-1".utf8)
        state.fragments = [1, 2, 3, 4, 5]
        state.edges = [
            StoredEdge(a: lesser, image: EdgeImage(other: greater, version: 64, isLive: false))
        ]
        return state
    }

    static var page: StatePage {
        StatePage(transfer: other, index: 200, isLast: true, back: PartitionID(300), state: state)
    }

    private func readBack(_ bytes: [UInt8]) throws -> [GraphMessage] {
        guard case .messages(_, _, let bodies) = try RecordTests.decode(bytes).record else {
            Issue.record("not messages")
            return []
        }
        #expect(bodies.count == 1)
        return try MessageFrame.decode(bytes.span, body: bodies[0]) { name in
            UInt32(String(decoding: name.dropFirst(), as: UTF8.self)) ?? 0
        }
    }

    @Test(arguments: kinds.map(\.name))
    func shouldReadBackEachKind(name: String) throws {
        let message = try #require(Self.kinds.first { $0.name == name }).message
        #expect(try readBack(MessageBytes.record([message])) == [message])
    }

    @Test func shouldReadBackRandomMessages() throws {
        var chance = SeededGenerator(seed: 1)
        for _ in 0..<TestBudget.rounds(2_000) {
            let messages = RandomMessages.messages(1 + chance.below(12), &chance)
            let record = MessageBytes.record(messages)
            #expect(try readBack(record) == messages)
        }
    }

    /// The record's numbers are its own: each side has its own for the same name.
    @Test func shouldNumberNamespacesByFirstUse() throws {
        func seen(_ namespace: UInt32) -> GraphMessage {
            .forMember(
                Self.member(
                    Self.lesser,
                    .seen(at: EventTime(milliseconds: 0), namespace: namespace, value: [1])))
        }
        let body = MessageBytes.body([seen(300), seen(2), seen(300), seen(9)])
        let read = try MessageBytes.read(body)
        #expect(read.names == [300, 2, 9].map(MessageBytes.name))
        #expect(read.messages == [seen(1), seen(2), seen(1), seen(3)])
        #expect(Array(body.prefix(6)) == [3, 4] + Array("n300".utf8))
        // Two numbers of one name are one namespace.
        let alike = try MessageBytes.read(
            MessageBytes.body([seen(300), seen(2)]) { _ in Array("email".utf8) })
        #expect(alike.names == [Array("email".utf8)])
        #expect(alike.messages == [seen(1), seen(1)])
    }

    @Test func shouldStartAnewAfterEachRecord() throws {
        var chance = SeededGenerator(seed: 2)
        var writer = MessageWriter()
        for round in 1...50 {
            let messages = RandomMessages.messages(1 + chance.below(5), &chance)
            for message in messages {
                writer.append(message, namespaceName: MessageBytes.name)
            }
            #expect(writer.count == messages.count)
            let head = RecordHead(logicVersion: UInt64(round), configurationDigest: 5)
            let body = writer.finish()
            #expect(writer.count == 0)
            let record = RecordCodec.encode(
                deliveries: [body], sender: PartitionID(9), number: UInt64(round), head)
            let decoded = try RecordTests.decode(record)
            #expect(decoded.head == head)
            let place = record.count - 8 - body.count..<record.count - 8
            #expect(
                decoded.record
                    == .messages(
                        sender: PartitionID(9), number: UInt64(round), bodies: [place]))
            #expect(body == MessageBytes.body(messages) && Array(record[place]) == body)
        }
    }
}
