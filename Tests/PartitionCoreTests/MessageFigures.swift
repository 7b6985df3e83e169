import GraphCore
import IdentityModel
import PartitionCore
import RetailWorkload
import TestSupport
import Testing
import WireFormat

/// What partitions say to each other for each link of the retail workload. The counts are printed,
/// not judged: `KINDRED_FIGURES=1 swift test -c release --disable-xctest --filter MessageFigures`.
@Suite(
    "Figures of messages", .serialized, .enabled(if: TestBudget.variable("KINDRED_FIGURES") == "1"))
struct MessageFigures {
    /// Events in a record, as `kindred replay` has them at most.
    private static let frame = 4_096

    @Test(arguments: [(4, 1_000_000), (16, 1_000_000), (64, 200_000)])
    func messagesPerLink(_ partitions: Int, _ links: Int) throws {
        let crew = Crew(partitions)
        let generator = RetailWorkloadGenerator(
            links: links, seed: 1, unlinkPercent: 0, format: .jsonLines)
        try crew.replay(generator, links)
        let first = crew.tally
        print("\(links) links at P = \(partitions): \(first.text(per: links))")
        try crew.replay(generator, links)
        #expect(crew.tally == first, "links that are known cost messages")
    }

    /// What was said.
    private struct Tally: Equatable {
        var messages: [String: Int] = [:]
        var records = 0
        var bytes = 0
        var moved = 0

        mutating func add(_ message: GraphMessage) {
            switch message {
            case .forMember(let one): count("to a component", one.content)
            case .resolve(let one, _): count("to a home", one.content)
            case .via(let one, _): count("from a home", one.content)
            case .assign: messages["assign", default: 0] += 1
            case .absorb(let state):
                messages["absorb", default: 0] += 1
                moved += state.members.count
            case .page(let page):
                messages["page", default: 0] += 1
                moved += page.state.members.count
            case .next: messages["next", default: 0] += 1
            }
        }

        private mutating func count(_ way: String, _ content: MemberMessage.Content) {
            let kind =
                switch content {
                case .seen: "seen"
                case .edge: "edge"
                case .join: "join"
                case .joinBack: "join back"
                case .retry: "retry"
                }
            messages["\(kind) \(way)", default: 0] += 1
        }

        func text(per links: Int) -> String {
            func share(_ count: Int) -> String {
                "\((Double(count) / Double(links) * 1_000).rounded() / 1_000)"
            }
            let all = messages.values.reduce(0, +)
            let kinds = messages.sorted { $0.value > $1.value }
                .map { "\($0.key) \(share($0.value))" }
            return "\(share(all)) messages a link, in \(share(records)) records of"
                + " \(bytes / max(records, 1)) bytes; \(share(moved)) members moved; "
                + kinds.joined(separator: ", ")
        }
    }

    /// Partitions, and what is under way between them: all of it arrives before the next event.
    private final class Crew {
        private let machines: [MachineDriver]
        private var waiting: [DeliveryBundle] = []
        var tally = Tally()

        init(_ partitions: Int) {
            machines = (0..<partitions).map {
                MachineDriver(
                    GraphConfiguration(
                        partition: PartitionID(UInt16($0)), partitionCount: UInt16(partitions),
                        namespaces: NamespaceTable(namespaces: [], isStrict: false)))
            }
        }

        func replay(_ generator: RetailWorkloadGenerator, _ links: Int) throws {
            var builders = machines.map { _ in (EventRecordBuilder(), 0) }
            for line in 0..<links {
                let event = Self.event(generator.event(at: line))
                let lesser = min(event.a.key, event.b?.key ?? event.a.key)
                let home = Int(
                    PartitionID.home(of: lesser, among: UInt16(machines.count)).rawValue)
                EventRecords.append(event, to: &builders[home].0)
                builders[home].1 += 1
                guard builders[home].1 == MessageFigures.frame || builders[home].0.isFull else {
                    continue
                }
                builders[home].1 = 0
                try fold(builders[home].0.finish(MachineDriver.head), at: home)
            }
            for home in machines.indices where builders[home].1 > 0 {
                try fold(builders[home].0.finish(MachineDriver.head), at: home)
            }
        }

        private static func event(_ event: RetailEvent) -> TestEvent {
            TestEvent(
                .link, end(event.first), end(event.second), at: event.milliseconds,
                source: event.channel.source)
        }

        private static func end(_ identifier: RetailIdentifier) -> TestEnd {
            TestEnd("\(identifier.kind)", "\(identifier.number)")
        }

        private func fold(_ record: [UInt8], at home: Int) throws {
            try step(record, at: home)
            var next = 0
            while next < waiting.count {
                let bundle = waiting[next]
                next += 1
                try step(bundle.record, at: Int(bundle.to.rawValue))
            }
            waiting.removeAll(keepingCapacity: true)
        }

        private func step(_ record: [UInt8], at partition: Int) throws {
            let deliveries = try machines[partition].step(record).deliveries
            for delivery in deliveries {
                let messages = try MessageFrame.decode(
                    delivery.body.span, body: 0..<delivery.body.count
                ) { _ in 1 }
                for message in messages { tally.add(message) }
            }
            for bundle in MachineDriver.bundles(of: deliveries, from: partition) {
                tally.records += 1
                tally.bytes += bundle.record.count
                waiting.append(bundle)
            }
        }
    }
}
