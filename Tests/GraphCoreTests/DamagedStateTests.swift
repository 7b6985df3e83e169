import GraphCore
import IdentityModel
import TestSupport
import Testing

/// What the store holds may contradict itself: that is an error which names nobody, never a trap
/// and never an endless walk.
@Suite("Damaged state")
struct DamagedStateTests {
    private static let a = NodeKey(high: 1, low: 1)
    private static let b = NodeKey(high: 2, low: 2)
    private static let id = ComponentID(partition: PartitionID(0), sequence: 5)

    /// A store of one home and one component, or one that cannot be read.
    private struct Reader: StateReader {
        var homes: [HomeImage] = []
        var components: [ComponentImage] = []
        var error: StateError?

        func readHome(_ key: NodeKey, into image: inout HomeImage) throws(StateError) -> Bool {
            if let error { throw error }
            guard let found = homes.first(where: { $0.key == key }) else { return false }
            image = found
            return true
        }

        func readComponent(
            _ id: ComponentID, into image: inout ComponentImage
        ) throws(StateError) -> Bool {
            if let error { throw error }
            guard let found = components.first(where: { $0.id == id }) else { return false }
            image = found
            return true
        }

        // Nothing here is in rows.
        func readPair(
            _ a: NodeKey, _ b: NodeKey, into image: inout HomeImage
        ) throws(StateError) -> Bool { false }
        func readPairs(
            of a: NodeKey, after: NodeKey?, limit: Int, into image: inout HomeImage
        ) throws(StateError) {}
        func readMember(
            _ key: NodeKey, of id: ComponentID, into image: inout ComponentImage
        ) throws(StateError) -> Bool { false }
        func readMembers(
            of id: ComponentID, after: NodeKey?, limit: Int, into image: inout ComponentImage
        ) throws(StateError) {}
        func readEdge(
            _ a: NodeKey, _ b: NodeKey, of id: ComponentID
        ) throws(StateError) -> EdgeImage? { nil }
        func readEdges(
            of id: ComponentID, from end: NodeKey?, after: LinkPosition?, limit: Int
        ) throws(StateError) -> [StoredEdge] { [] }
        func readEdges(
            of id: ComponentID, to end: NodeKey, after: NodeKey?, limit: Int
        ) throws(StateError) -> [StoredEdge] { [] }
        func readRanks(
            of id: ComponentID, after: AnchorRank?, limit: Int
        ) throws(StateError) -> [AnchorRank] { [] }
    }

    /// a and b linked by source 1: sound, until a test changes it.
    private static func sound() -> Reader {
        var home = HomeImage()
        home.reset(a)
        home.component = id
        home.version = 1
        home.pairs = [
            PairImage(
                other: b, leastLinkTime: EventTime(milliseconds: 9), version: 1, isLive: true,
                registerCount: 1)
        ]
        home.registers = [
            RegisterImage(
                source: 1, operation: .link, time: EventTime(milliseconds: 9), reasonCount: 0)
        ]
        var other = HomeImage()
        other.reset(b)
        other.component = id
        other.version = 2
        var component = ComponentImage()
        component.reset(id)
        component.rank = 2
        component.anchor = a
        component.members = [a, b].map {
            MemberImage(
                key: $0, version: $0 == a ? 1 : 2, firstSeen: EventTime(milliseconds: 9),
                namespace: 1, valueCount: 0, edgeCount: $0 == a ? 1 : 0)
        }
        component.edges = [EdgeImage(other: b, version: 1, isLive: true)]
        return Reader(homes: [home, other], components: [component])
    }

    private static func graph() -> IdentityGraph {
        var counters = GraphCounters()
        counters.identifiers = 2
        counters.customers = 1
        counters.pairs = 1
        counters.liveLinks = 1
        counters.minted = 5
        return IdentityGraph(
            GraphConfiguration(partition: PartitionID(0), namespaces: .open),
            restoring: GraphSummary(
                counters: counters, evidenceDigest: .zero, componentDigest: .zero,
                namespaces: [Array("cookie".utf8)], sources: [Array("web".utf8)]))
    }

    private func reason(_ reader: Reader) -> String {
        var graph = Self.graph()
        do throws(StateError) {
            _ = try graph.links(withMember: Self.a, reader: reader)
            _ = try graph.path(from: Self.a, to: Self.b, reader: reader)
            return graph.brokenInvariant() ?? "sound"
        } catch {
            return error.code == .damaged ? error.reason : "unreadable"
        }
    }

    @Test func shouldReadASoundStore() {
        #expect(reason(Self.sound()) == "sound")
    }

    @Test func shouldRefuseAComponentThatIsMissing() {
        var reader = Self.sound()
        reader.components = []
        #expect(reason(reader).contains("a component that the store lacks"))
    }

    @Test func shouldRefuseAComponentThatLacksItsMember() {
        var reader = Self.sound()
        reader.components[0].members.removeFirst()
        reader.components[0].edges = []
        reader.components[0].anchor = Self.b
        #expect(reason(reader).contains("lacks the member"))
    }

    @Test func shouldRefuseAnAnchorThatIsNoMember() {
        var reader = Self.sound()
        reader.components[0].anchor = NodeKey(high: 7, low: 7)
        #expect(reason(reader).contains("anchor is not its member"))
        reader.components[0].members = []
        reader.components[0].edges = []
        #expect(reason(reader).contains("anchor is not its member"))
    }

    @Test func shouldRefuseAnIdentifierThatTwoComponentsHold() {
        var reader = Self.sound()
        reader.homes[1].component = ComponentID(partition: PartitionID(0), sequence: 4)
        reader.components[0].members.removeLast()
        reader.components[0].edges = []
        reader.components[0].members[0].edgeCount = 0
        var second = Self.sound().components[0]
        second.id = ComponentID(partition: PartitionID(0), sequence: 4)
        reader.components.append(second)
        #expect(reason(reader).contains("two components hold one identifier"))
    }

    @Test func shouldRefuseANamespaceThatHasNoName() {
        var reader = Self.sound()
        reader.components[0].members[1].namespace = 2
        #expect(reason(reader).contains("namespace that has no name"))
    }

    @Test func shouldRefuseASourceThatHasNoName() {
        var reader = Self.sound()
        reader.homes[0].registers[0].source = 2
        #expect(reason(reader).contains("source that has no name"))
    }

    @Test func shouldRefuseALinkThatIsListedTwice() {
        var reader = Self.sound()
        reader.components[0].members[0].edgeCount = 2
        reader.components[0].edges.append(reader.components[0].edges[0])
        #expect(reason(reader).contains("lists one link twice"))
    }

    @Test func shouldPassAReadErrorOn() {
        var reader = Self.sound()
        reader.error = StateError(.unreadable, "the disk is gone")
        #expect(reason(reader) == "unreadable")
    }

    @Test func shouldAnswerOnAfterAReadErrorThatPassed() throws {
        var graph = Self.graph()
        var reader = Self.sound()
        reader.error = StateError(.unreadable, "the disk was busy")
        #expect(throws: StateError.self) { try graph.customer(of: Self.a, reader: reader) }
        reader.error = nil
        #expect(try graph.customer(of: Self.a, reader: reader)?.identifierCount == 2)
        #expect(graph.brokenInvariant() == nil)
    }
}
