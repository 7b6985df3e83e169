import GraphCore
import IdentityModel
import TestSupport
import Testing
import WireFormat

/// The limits of messages, and of records of messages, at their edges.
@Suite("Message limits")
struct MessageLimitsTests {
    private static let kafkaMessageBytes = 1 << 20
    private static let headBytes = 64

    /// A namespace's name of the longest kind, another for each number.
    private static func longName(_ number: UInt32) -> [UInt8] {
        let text = "n\(number)"
        return Array((text + String(repeating: "x", count: 32 - text.utf8.count)).utf8)
    }

    private static func key(_ number: Int) -> NodeKey {
        NodeKey(high: UInt64.max, low: UInt64(number))
    }

    /// A state of the longest members: numbers and names as long as they get.
    private static func state(
        members: Int, value: Int, edges: Int = 0, carried: Int = 0
    ) -> ComponentState {
        var state = ComponentState(
            target: ComponentID(rawValue: UInt64.max), via: LinkPosition(a: key(0), b: key(1)))
        for index in 0..<members {
            var member = MemberImage(
                key: key(index), version: UInt32.max, firstSeen: .never,
                namespace: UInt32(index + 1), valueCount: value, edgeCount: 0)
            if carried > 0 { member.customerVersion = UInt64.max }
            member.fragmentCount = carried
            state.members.append(member)
        }
        state.values = [UInt8](repeating: 7, count: members * value)
        state.fragments = [UInt8](repeating: 8, count: members * carried)
        state.edges = (0..<edges).map { index in
            StoredEdge(
                a: key(0),
                image: EdgeImage(other: key(index + 1), version: UInt32.max, isLive: true))
        }
        return state
    }

    private static func page(_ state: ComponentState) -> GraphMessage {
        .page(
            StatePage(
                transfer: ComponentID(rawValue: UInt64.max), index: UInt32.max, isLast: true,
                back: PartitionID(UInt16.max), state: state))
    }

    private static func assign(_ count: Int) -> GraphMessage {
        .assign(
            Assignment(
                component: ComponentID(rawValue: UInt64.max),
                nodes: (0..<count).map { AssignedNode(key: key($0), version: UInt32.max) }))
    }

    private func byteCount(_ message: GraphMessage) -> Int {
        MessageBytes.body([message], name: Self.longName).count
    }

    /// What a body takes beside its messages and names, in bytes.
    private static let counts = 8

    @Test func shouldBoundWhatEachMessageTakes() {
        var chance = SeededGenerator(seed: 1)
        let largest = [
            Self.page(Self.state(members: 256, value: 1_024, edges: 1_024)),
            Self.page(Self.state(members: 4_000, value: 1)),
            Self.page(Self.state(members: 5, value: 1_024, carried: MessageLimits.fragmentBytes)),
            Self.page(Self.state(members: 1, value: 1, edges: 14_000)),
            Self.assign(MessageLimits.assignedNodes),
        ]
        for message in largest + RandomMessages.messages(1_000, &chance) {
            let count = byteCount(message)
            #expect(count <= MessageLimits.mostBytes(of: message) + Self.counts)
        }
        for message in largest {
            let count = byteCount(message)
            #expect(count * 3 > MessageLimits.mostBytes(of: message) * 2, "a bound is near")
        }
    }

    /// What `MessageLimits` says of the largest: a page with one member more, a component in one
    /// value.
    @Test func shouldTakeTheLargestPage() throws {
        let member = MessageLimits.memberBytes + EventLimits.valueBytes
        var state = Self.state(members: (512 << 10) / member + 1, value: EventLimits.valueBytes)
        state.members[state.members.count - 1].fragmentCount = MessageLimits.fragmentBytes
        state.fragments = [UInt8](repeating: 1, count: MessageLimits.fragmentBytes)
        let message = Self.page(state)
        #expect(MessageLimits.mostBytes(of: message) > (512 << 10) + MessageLimits.fragmentBytes)
        let record = MessageBytes.record([message], name: Self.longName)
        #expect(record.count < 640 << 10)
        #expect(try MessageBytes.read(MessageBytes.body([message])).messages.count == 1)
        let inline = Self.page(Self.state(members: 256, value: 1_024, edges: 1_024))
        #expect(MessageLimits.mostBytes(of: inline) <= 328 << 10)
        #expect(MessageLimits.mostBytes(of: Self.assign(MessageLimits.assignedNodes)) <= 169 << 10)
    }

    @Test func shouldBeFullAtItsCountOfMessages() throws {
        let next = GraphMessage.next(transfer: .none, index: 0)
        var writer = MessageWriter()
        for count in 0..<MessageLimits.messages {
            #expect(!writer.isFull(before: next))
            #expect(writer.isFull(before: next, messages: count) == (count > 0))
            writer.append(next, namespaceName: Self.longName)
        }
        #expect(writer.isFull(before: next))
        let read = try MessageBytes.read(writer.finish()).messages
        #expect(read == [GraphMessage](repeating: next, count: MessageLimits.messages))
        // One more is refused where it is read, too.
        var more: [UInt8] = [0]
        more.appendVarint(UInt64(MessageLimits.messages + 1))
        for _ in 0...MessageLimits.messages { more += [0x34, 0, 0, 0] }
        #expect(throws: WireError.self) { try MessageBytes.read(more) }
    }

    /// Whatever the messages are, a record stays under its limit, and so under Kafka's.
    @Test func shouldStayUnderAMessageOfKafka() throws {
        var chance = SeededGenerator(seed: 2)
        let large = [
            Self.page(Self.state(members: 450, value: 1_024)),
            Self.page(Self.state(members: 300, value: 1_024)),
            Self.page(Self.state(members: 5_500, value: 1)),
            Self.assign(MessageLimits.assignedNodes), Self.assign(1_000),
        ]
        var writer = MessageWriter()
        var longest = 0
        var number: UInt64 = 0
        for _ in 0..<200 {
            let message =
                chance.chance(40) ? chance.pick(large) : RandomMessages.message(&chance)
            if writer.isFull(before: message) {
                number += 1
                let most = writer.byteCount
                let record = RecordCodec.encode(
                    deliveries: [writer.finish()], sender: PartitionID(UInt16.max),
                    number: UInt64.max,
                    RecordHead(logicVersion: UInt64.max, configurationDigest: 0))
                #expect(record.count <= most + Self.headBytes)
                longest = max(longest, record.count)
            }
            writer.append(message, namespaceName: Self.longName)
        }
        #expect(number > 10)
        #expect(longest > MessageLimits.bytes / 2)
        #expect(longest <= MessageLimits.bytes + Self.headBytes)
        #expect(MessageLimits.bytes + Self.headBytes < Self.kafkaMessageBytes)
        #expect(MessageLimits.messageBytes < MessageLimits.bytes)
    }

    @Test func shouldTakeOneMessageWhateverItsLimit() {
        var writer = MessageWriter()
        let message = Self.assign(100)
        #expect(!writer.isFull(before: message, messages: 1, bytes: 0))
        writer.append(message, namespaceName: Self.longName)
        let most = MessageLimits.mostBytes(of: message)
        #expect(writer.isFull(before: message, messages: 1))
        #expect(!writer.isFull(before: message, bytes: writer.byteCount + most))
        #expect(writer.isFull(before: message, bytes: writer.byteCount + most - 1))
    }

    @Test func shouldCutAssignmentsOnly() {
        let limit = MessageLimits.assignedNodes
        for count in [1, limit - 1, limit] {
            #expect(MessageWriter.parts(of: Self.assign(count)) == [Self.assign(count)])
        }
        let whole = Self.assign(2 * limit + 1)
        let nodes = MessageWriter.parts(of: whole).map { part in
            guard case .assign(let part) = part else { return [AssignedNode]() }
            #expect(part.component == ComponentID(rawValue: UInt64.max))
            return part.nodes
        }
        #expect(nodes.map(\.count) == [limit, limit, 1])
        guard case .assign(let assignment) = whole else { return }
        #expect(Array(nodes.joined()) == assignment.nodes)
        let page = Self.page(Self.state(members: 300, value: 1_024))
        #expect(MessageWriter.parts(of: page) == [page])
    }

    /// What is beyond its limits is refused where it is read.
    @Test func shouldRefuseWhatIsTooLarge() throws {
        func isRead(_ members: Int) -> Bool {
            // A body by hand: one absorb of members without values.
            var body: [UInt8] = [0, 1, 0x32, 0, 1]
            body.appendKey(Self.key(0))
            body.appendKey(Self.key(1))
            body.appendVarint(UInt64(members))
            for index in 0..<members {
                body.appendKey(Self.key(index))
                body += [1, 0, 0, 0, 0]
            }
            body.append(0)
            return MessageBytes.holds(body)
        }
        let most = (MessageLimits.messageBytes - 128) / MessageLimits.memberBytes
        #expect(isRead(1))
        #expect(!isRead(0))
        #expect(isRead(most))
        #expect(!isRead(most + 1))
        var nodes: [UInt8] = [0, 1, 0x31, 0, 1]
        nodes.appendVarint(UInt64(MessageLimits.assignedNodes + 1))
        for index in 0...MessageLimits.assignedNodes {
            nodes.appendKey(Self.key(index))
            nodes.append(1)
        }
        #expect(throws: WireError.self) { try MessageBytes.read(nodes) }
        for (count, isSound) in [
            (MessageLimits.fragmentBytes, true), (MessageLimits.fragmentBytes + 1, false),
        ] {
            var body: [UInt8] = [0, 1, 0x32, 0, 1]
            for index in [0, 1] { body.appendKey(Self.key(index)) }
            body.append(1)
            body.appendKey(Self.key(0))
            body += [1, 0, 0, 0, 8]
            body.appendVarint(UInt64(count))
            body += [UInt8](repeating: 0, count: count) + [0]
            #expect(MessageBytes.holds(body) == isSound)
        }
    }

    /// A record that nobody can read would close a log: the writer stops the program before.
    @Test func shouldRefuseToWriteWhatCannotBeRead() async {
        await #expect(processExitsWith: .failure) {
            _ = MessageBytes.record([Self.assign(MessageLimits.assignedNodes + 1)])
        }
        await #expect(processExitsWith: .failure) {
            _ = MessageBytes.record([Self.page(Self.state(members: 600, value: 1_024))])
        }
        await #expect(processExitsWith: .failure) {
            _ = MessageBytes.record([Self.page(Self.state(members: 1, value: 1_025))])
        }
        await #expect(processExitsWith: .failure) {
            _ = MessageBytes.record([
                .forMember(MessageTests.member(Self.key(1), .retry(to: Self.key(0))))
            ])
        }
        await #expect(processExitsWith: .failure) { _ = MessageBytes.record([]) }
    }
}
