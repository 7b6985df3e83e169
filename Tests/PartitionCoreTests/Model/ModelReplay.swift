import Foundation
import GraphCore
import IdentityModel
import NodeRuntime
import PartitionCore
import SimulationKit
import TestSupport
import WireFormat

/// Plays a trace of the executable model on real machines: they fold the same logs, and what each
/// record gives rise to must read the same.
struct ModelReplay {
    /// Why a trace and the machines differ.
    struct Difference: Error, CustomStringConvertible {
        let description: String
    }

    private let partitionCount: UInt16
    private let machines: [MachineDriver]
    private let wording = MessageText()
    private var sent: [String: [UInt8]] = [:]
    private var expected: [Substring] = []
    private var said: [String] = []
    private var chance: SeededGenerator
    /// How many records were folded.
    private(set) var recordCount = 0

    /// Machines for the trace whose first line is `line`, which are opened again and let go of what
    /// they may as a seed has it.
    init(_ line: Substring, seed: UInt64) throws {
        var settings: [Substring: Substring] = [:]
        for word in line.split(separator: " ") {
            let parts = word.split(separator: "=", maxSplits: 1)
            if parts.count == 2 { settings[parts[0]] = parts[1] }
        }
        func number(_ name: Substring) throws -> Int {
            guard let value = settings[name].flatMap({ Int($0) }) else {
                throw Difference(description: "the trace does not say \(name)")
            }
            return value
        }
        let (count, entries) = (try number("partitions"), try number("page_entries"))
        let messages = try number("delivery_messages")
        let identifiers = try number("change_identifiers")
        chance = SeededGenerator(seed: seed)
        let rows = UInt32(chance.pick([1, 2, 3, 1_000]))
        let limits = GraphLimits(
            inlineMembers: rows, inlineEdges: rows, inlinePairs: UInt32(chance.pick([1, 2, 64])),
            searchedMembers: UInt32(chance.pick([1, 512])), pageEntries: entries,
            changeIdentifiers: identifiers, rowsAtOnce: chance.pick([1, 2, 512]),
            fewRows: chance.pick([1, 32]))
        let namespaces = NamespaceTable(
            namespaces: (0..<3).map { Namespace(name: "p\($0)", priority: $0) }, isStrict: false)
        partitionCount = UInt16(count)
        machines = (0..<count).map { index in
            MachineDriver(
                GraphConfiguration(
                    partition: PartitionID(UInt16(index)), partitionCount: UInt16(count),
                    namespaces: namespaces, limits: limits),
                limits: DeliveryLimits(messages: messages, bytes: MessageLimits.bytes))
        }
    }

    /// Takes the next line of the trace.
    mutating func take(_ line: Substring) throws {
        let words = line.split(separator: " ", maxSplits: 2)
        guard words.count == 3, let place = words[0].split(separator: ":").first,
            let partition = Int(place)
        else { return }  // What was done to the run.
        switch words[1] {
        case "<":
            try compare()
            try fold(words[2], at: partition, line)
        case ">", "=": expected.append(words[2])
        default: break
        }
    }

    /// Compares what the last record gave rise to.
    mutating func compare() throws {
        let want = expected.map(String.init)
        guard want == said else {
            throw Difference(
                description: "the model says\n\(want.joined(separator: "\n"))\nthe machine\n"
                    + said.joined(separator: "\n"))
        }
        expected.removeAll(keepingCapacity: true)
        said.removeAll(keepingCapacity: true)
    }

    private mutating func fold(_ text: Substring, at partition: Int, _ line: Substring) throws {
        guard let record = try record(text, at: partition) else { return }
        let machine = machines[partition]
        disturb(machine)
        let result = try machine.step(record)
        recordCount += 1
        if let broken = machine.machine.graph.brokenInvariant() {
            throw Difference(description: "\(broken), behind \(line)")
        }
        for delivery in result.deliveries {
            let record = MachineDriver.bundles(of: [delivery], from: partition)[0].record
            sent["\(partition) \(delivery.to.rawValue) \(delivery.number)"] = record
            let messages = try messages(of: delivery)
            said.append(
                "\(delivery.to.rawValue) number=\(delivery.number) "
                    + messages.map { wording.text($0) }.joined(separator: " | "))
        }
        said += result.changes.map { wording.text($0) }
    }

    /// What no record says, and no answer may show.
    private mutating func disturb(_ machine: MachineDriver) {
        switch chance.below(8) {
        case 0: machine.checkpoint()
        case 1:
            machine.checkpoint()
            machine.machine.graph.evict(toBytes: 0)
        case 2: try? machine.reopen()
        default: break
        }
    }

    private func record(_ text: Substring, at partition: Int) throws -> [UInt8]? {
        let words = text.split(separator: " ", maxSplits: 1)
        let rest = words.count > 1 ? words[1] : ""
        switch words[0] {
        case "events":
            return EventRecords.record(
                rest.split(separator: " | ").map(Self.event), MachineDriver.head)
        case "delivery":
            let named = Self.fields(rest)
            guard let sender = named["from"], let number = named["number"],
                let record = sent["\(sender) \(partition) \(number)"]
            else { throw Difference(description: "nobody has sent \(text.prefix(60))") }
            return record
        case "tick": return RecordCodec.encode(.tick(.minimum), MachineDriver.head)
        case "done": return RecordCodec.encode(.done(offset: 0), MachineDriver.head)
        case "collect":
            let parts = (Self.fields(rest)["component"] ?? "").split(separator: ".")
            guard parts.count == 2, let host = UInt16(parts[0]), let sequence = UInt64(parts[1])
            else { throw Difference(description: "no component: \(text)") }
            let id = ComponentID(partition: PartitionID(host), sequence: sequence)
            return RecordCodec.encode(.collect([id]), MachineDriver.head)
        default: throw Difference(description: "an unknown record: \(text.prefix(60))")
        }
    }

    private func messages(of delivery: Delivery) throws -> [GraphMessage] {
        try MessageFrame.decode(delivery.body.span, body: 0..<delivery.body.count) { name in
            UInt32(name[1] - UInt8(ascii: "0")) + 1
        }
    }

    // MARK: The model's words

    private static func fields(_ text: Substring) -> [Substring: Substring] {
        var found: [Substring: Substring] = [:]
        for word in text.split(separator: " ") {
            let parts = word.split(separator: "=", maxSplits: 1)
            if parts.count == 2, found[parts[0]] == nil { found[parts[0]] = parts[1] }
        }
        return found
    }

    private static func event(_ text: Substring) -> TestEvent {
        let named = fields(text)
        func end(_ name: Substring) -> TestEnd? {
            named[name].flatMap { UInt64($0) }.map { number in
                TestEnd(
                    namespace: "p\(number % 3)", value: "v\(number)",
                    key: NodeKey(high: 0, low: number))
            }
        }
        let operations: [Substring: LinkOperation] = [
            "link": .link, "unlink": .unlink, "ban": .ban, "unban": .unban, "observe": .observe,
        ]
        guard let word = text.split(separator: " ").first, let operation = operations[word],
            let a = end("a"), let time = named["time"].flatMap({ Int64($0) })
        else { preconditionFailure("not an event of the model: \(text)") }
        return TestEvent(
            operation, a, end("b"), at: time, source: String(named["source"] ?? ""))
    }
}
