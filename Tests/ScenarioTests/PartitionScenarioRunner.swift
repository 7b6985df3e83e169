import GraphCore
import IdentityModel
import PartitionCore
import SimulationKit
import TestSupport
import WireFormat

/// Runs a scenario over several partitions, whose messages arrive when the scenario says so, and
/// prints what each record gives rise to in the words of the executable model.
///
///     partitions N [entries=K]      N empty partitions; K members and edges to a page
///     link|unlink|ban|unban A B [ts=N] [source=S]    observe A [ts=N]
///     deliver FROM TO               the oldest delivery that is under way there is folded
///     repeat FROM TO                the last one that was folded comes again
///     settle                        all that is under way arrives, in order
///     collect P                     the pointers of partition P go
///     reopen P                      a checkpoint, and partition P is opened from it
///     state                         homes, components and what is under way, by partition
///
/// Identifiers are numbers. The home of N is partition N modulo the partitions, its priority N
/// modulo 3; a component is the partition that minted it and its number there.
struct PartitionScenarioRunner {
    private var machines: [MachineDriver] = []
    private var underway: [[[[UInt8]]]] = []
    private var folded: [[[UInt8]?]] = []
    private let wording = MessageText()

    /// Whether a scenario is one of these.
    static func runs(_ scenario: Scenario) -> Bool {
        scenario.blocks.first?.commands.first?.hasPrefix("partitions ") ?? false
    }

    /// What a command prints.
    mutating func run(_ line: String) throws -> [String] {
        let command = try ScenarioCommand(line)
        if let operation = LinkOperation.allCases.first(where: { $0.word == command.word }) {
            return try event(operation, command)
        }
        switch command.word {
        case "partitions": return try begin(command)
        case "deliver": return try deliver(try place(command, 0), try place(command, 1))
        case "repeat":
            let (from, to) = (try place(command, 0), try place(command, 1))
            guard let last = folded[from][to] else {
                throw Scenario.Malformed(description: "nothing was delivered: \(line)")
            }
            return try fold(last, at: to)
        case "settle": return try settle()
        case "collect":
            let partition = try place(command, 0)
            let ids = machines[partition].machine.graph.collectablePointers(limit: 100)
            guard !ids.isEmpty else { return ["no pointer"] }
            return ["pointers of \(ids.map { wording.text($0) }.joined(separator: " ")) go"]
                + (try fold(RecordCodec.encode(.collect(ids), MachineDriver.head), at: partition))
        case "reopen":
            let partition = try place(command, 0)
            try machines[partition].reopen()
            return ["at record \(machines[partition].machine.position)"]
        case "state": return try state()
        default: throw Scenario.Malformed(description: "no such command: \(line)")
        }
    }

    // MARK: Commands

    private mutating func begin(_ command: ScenarioCommand) throws -> [String] {
        guard let count = Int(try command.name(0)), (1...16).contains(count) else {
            throw Scenario.Malformed(description: "1 to 16 partitions: \(command.line)")
        }
        var limits = GraphLimits.standard
        if let entries = try command.number("entries") { limits.pageEntries = Int(entries) }
        let namespaces = NamespaceTable(
            namespaces: (0..<3).map { Namespace(name: "p\($0)", priority: $0) }, isStrict: false)
        machines = (0..<count).map { index in
            MachineDriver(
                GraphConfiguration(
                    partition: PartitionID(UInt16(index)), partitionCount: UInt16(count),
                    namespaces: namespaces, limits: limits))
        }
        underway = Array(repeating: Array(repeating: [], count: count), count: count)
        folded = Array(repeating: Array(repeating: nil, count: count), count: count)
        return ["\(count) partitions"]
    }

    private mutating func event(
        _ operation: LinkOperation, _ command: ScenarioCommand
    ) throws -> [String] {
        let a = try end(command, 0)
        let b = operation == .observe ? nil : try end(command, 1)
        let event = TestEvent(
            operation, a, b, at: try command.number("ts") ?? 0,
            source: command.text("source") ?? "default")
        let lesser = min(a.key, b?.key ?? a.key)
        let home = PartitionID.home(of: lesser, among: UInt16(machines.count))
        return try fold(
            EventRecords.record([event], MachineDriver.head), at: Int(home.rawValue))
    }

    private mutating func deliver(_ from: Int, _ to: Int) throws -> [String] {
        guard !underway[from][to].isEmpty else {
            throw Scenario.Malformed(description: "nothing is under way from \(from) to \(to)")
        }
        let record = underway[from][to].removeFirst()
        folded[from][to] = record
        return try fold(record, at: to)
    }

    private mutating func settle() throws -> [String] {
        var count = 0
        while let (from, to) = next() {
            _ = try deliver(from, to)
            count += 1
        }
        return ["\(count) deliveries, then quiet"]
    }

    private func next() -> (Int, Int)? {
        for from in underway.indices {
            for to in underway.indices where !underway[from][to].isEmpty { return (from, to) }
        }
        return nil
    }

    private mutating func fold(_ record: [UInt8], at partition: Int) throws -> [String] {
        let result = try machines[partition].step(record)
        if let broken = machines[partition].machine.graph.brokenInvariant() {
            throw Scenario.Malformed(description: "partition \(partition): \(broken)")
        }
        var lines: [String] = []
        for delivery in result.deliveries {
            let record = MachineDriver.bundles(of: [delivery], from: partition)[0].record
            underway[partition][Int(delivery.to.rawValue)].append(record)
            for message in try messages(of: delivery) {
                lines.append("\(partition) to \(delivery.to.rawValue): \(wording.text(message))")
            }
        }
        return lines.isEmpty ? ["\(partition) says nothing"] : lines
    }

    private func messages(of delivery: Delivery) throws -> [GraphMessage] {
        try MessageFrame.decode(delivery.body.span, body: 0..<delivery.body.count) { _ in 1 }
    }

    // MARK: State

    private func state() throws -> [String] {
        try machines.indices.flatMap { partition in
            machines[partition].checkpoint()
            let entries = try machines[partition].stored.flatMap { try lines(of: $0) }
            return ["partition \(partition)"] + entries.map { "  \($0)" }
        }
    }

    private func lines(of entry: StoredEntry) throws -> [String] {
        switch StateKey.parse(entry.key.span) {
        case .home(let key):
            var image = HomeImage()
            try HomeCodec.decode(entry.value.span, key: key, into: &image)
            let pairs = image.pairs.map { pair in
                "\(key.low)-\(pair.other.low)(version=\(pair.version)"
                    + " live=\(pair.isLive ? 1 : 0))"
            }
            return [
                (["home \(key.low): \(wording.text(image.component))@\(image.version)"] + pairs)
                    .joined(separator: " ")
            ]
        case .component(let id):
            var image = ComponentImage()
            try ComponentCodec.decode(entry.value.span, id: id, into: &image)
            return [component(image)]
        case .pointer(let id):
            let pointer = try TransitCodec.decodePointer(entry.value.span, from: id)
            return ["pointer \(wording.text(id)) to \(wording.text(pointer.to))"]
        case .parked(let node):
            return try TransitCodec.decodeParked(entry.value.span, node: node).messages
                .map { "parked: \(wording.text($0))" }
        case .staged(let transfer, let index):
            return ["staged: page \(index) of \(wording.text(transfer))"]
        case .outgoing(let transfer, let index):
            return ["outgoing: page \(index) of \(wording.text(transfer))"]
        default: return []
        }
    }

    private func component(_ image: ComponentImage) -> String {
        var edge = 0
        let members = image.members.map { member in
            let edges = image.edges[edge..<edge + member.edgeCount].map { stored in
                "\(member.key.low)-\(stored.other.low)(version=\(stored.version)"
                    + " live=\(stored.isLive ? 1 : 0))"
            }
            edge += member.edgeCount
            return (["\(member.key.low)@\(member.version)"] + edges).joined(separator: " ")
        }
        return "component \(wording.text(image.id)) rank=\(image.rank)"
            + " anchor=\(image.anchor.low): \(members.joined(separator: " "))"
    }

    // MARK: Words

    private func place(_ command: ScenarioCommand, _ index: Int) throws -> Int {
        guard let number = Int(try command.name(index)), machines.indices.contains(number) else {
            throw Scenario.Malformed(description: "no such partition: \(command.line)")
        }
        return number
    }

    private func end(_ command: ScenarioCommand, _ index: Int) throws -> TestEnd {
        guard let number = UInt64(try command.name(index)) else {
            throw Scenario.Malformed(description: "identifiers are numbers: \(command.line)")
        }
        return TestEnd(
            namespace: "p\(number % 3)", value: "v\(number)",
            key: NodeKey(high: 0, low: number))
    }
}
