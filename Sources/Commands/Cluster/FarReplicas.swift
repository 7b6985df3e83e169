internal import Answers
internal import Foundation
internal import HTTPAPI
internal import IdentityModel
internal import KafkaEngine
internal import NodeRuntime

/// The way to partitions of other nodes: over HTTP, to the owner of each, and where that does not
/// answer to those that stand by, one after the other.
///
final class FarReplicas: PartitionTransport, Sendable {
    /// How long an owner may take before a standby is asked, in nanoseconds: 500 ms. Stale answers
    /// come within a second of a node's death.
    private static let ownerNanoseconds: UInt64 = 500_000_000

    private let connections = NodeConnections()
    private let view: @Sendable () -> ClusterView
    private let own: NodeID

    /// A refusal, as the node that was asked writes it.
    private struct RefusedAnswer: Decodable {
        let refused: String
        /// What it begins with, and no answer does.
        static let start = Array(#"{"refused":"#.utf8)
    }

    /// The way from the node `own`; `view`: what it knows of all nodes.
    init(from own: NodeID, _ view: @escaping @Sendable () -> ClusterView) {
        self.own = own
        self.view = view
    }

    /// Lets go of all connections; what is under way is refused.
    func close() { connections.close() }

    func ask(
        _ requests: [PartitionRequest], by deadline: Deadline
    ) -> [Result<[UInt8], PartitionRefusal>] {
        let view = view()
        let waits = requests.map { request in
            FarQuestion(
                request, nodes: Self.nodes(of: request.partition, in: view, but: own),
                standsByHere: view.holders(of: request.partition.rawValue, as: .standby)
                    .contains(own),
                by: deadline)
        }
        for wait in waits { send(wait) }
        return waits.map { $0.result() }
    }

    /// Where a partition may be asked: its owner first, then who stands by.
    private static func nodes(
        of partition: PartitionID, in view: ClusterView, but own: NodeID
    ) -> [String] {
        let holders =
            view.holders(of: partition.rawValue, as: .owner)
            + view.holders(of: partition.rawValue, as: .standby)
        return holders.filter { $0 != own }.compactMap { id in
            view.nodes.first { $0.id == id }?.record.address
        }
    }

    /// Asks the next node that may answer.
    private func send(_ question: FarQuestion) {
        guard let (address, isLast) = question.next() else { return }
        guard let request = request(question.request, to: address) else {
            return send(question)
        }
        let now = MonotonicTime.system.nanoseconds()
        let rest = question.deadline.nanoseconds > now ? question.deadline.nanoseconds - now : 0
        connections.ask(request, within: isLast ? rest : min(rest, Self.ownerNanoseconds)) {
            switch $0 {
            case .success(let answer): self.read(answer, of: question)
            case .failure: self.send(question)
            }
        }
    }

    private func read(_ answer: NodeAnswer, of question: FarQuestion) {
        guard answer.status == 200 else { return send(question) }
        guard answer.body.starts(with: RefusedAnswer.start),
            let refused = JSONText.decode(RefusedAnswer.self, from: Data(answer.body))
        else {
            return question.end(.success(answer.body))
        }
        let refusal = PartitionRefusal(word: refused.refused)
        // Another node may still have the partition, or have more time.
        switch refusal {
        case .closed, .overloaded: question.note(refusal)
        default: return question.end(.failure(refusal))
        }
        send(question)
    }

    private func request(_ question: PartitionRequest, to address: String) -> NodeRequest? {
        let path = "/v1/partitions/\(question.partition.rawValue)/ask"
        var query = [(name: "word", value: question.word)]
        if question.minimumPosition > 0 {
            query.append((name: "min_position", value: "\(question.minimumPosition)"))
        }
        guard let node = NodeAddress(address), let place = node.place,
            let target = node.target(path, query)
        else { return nil }
        return NodeRequest(to: place, target: target, body: question.body)
    }
}

/// A question that is on its way to other nodes.
///
/// `@unchecked Sendable`: all that varies is read and written under `mutex` alone.
private final class FarQuestion: @unchecked Sendable {
    let request: PartitionRequest
    let deadline: Deadline
    /// Whether this node answers where no other one does: then none may take all the time.
    private let standsByHere: Bool
    private let mutex = Mutex()
    private var nodes: ArraySlice<String>
    private var refusal = PartitionRefusal.closed
    private var ended: Result<[UInt8], PartitionRefusal>?

    init(
        _ request: PartitionRequest, nodes: [String], standsByHere: Bool, by deadline: Deadline
    ) {
        self.standsByHere = standsByHere
        self.request = request
        self.deadline = deadline
        self.nodes = nodes[...]
    }

    /// The address of the next node, and whether it is the last; nil where there is none, which
    /// ends the question.
    func next() -> (address: String, isLast: Bool)? {
        mutex.locked {
            if let address = nodes.popFirst() { return (address, nodes.isEmpty && !standsByHere) }
            if ended == nil { ended = .failure(refusal) }
            mutex.signal()
            return nil
        }
    }

    /// Why a node has not answered, in case nobody does.
    func note(_ refusal: PartitionRefusal) { mutex.locked { self.refusal = refusal } }

    func end(_ result: Result<[UInt8], PartitionRefusal>) {
        mutex.locked {
            ended = ended ?? result
            mutex.signal()
        }
    }

    /// Waits for the answer, until the deadline.
    func result() -> Result<[UInt8], PartitionRefusal> {
        mutex.locked {
            while ended == nil, MonotonicTime.system.nanoseconds() < deadline.nanoseconds {
                mutex.wait(until: deadline.nanoseconds)
            }
            return ended ?? .failure(.deadlinePassed)
        }
    }
}
