internal import Answers
internal import Foundation
internal import IdentityModel
internal import KafkaEngine
internal import NodeRuntime

/// Snapshots of partitions that other nodes have open, over HTTP: the owner's, else those of who
/// stands by. They are made for this node, and nothing of them stays there.
///
/// `@unchecked Sendable`: all that varies is read and written under `mutex` alone.
final class PeerSnapshots: @unchecked Sendable {
    /// Nanoseconds that another node may take to prepare a snapshot: ten minutes, in which it reads
    /// some hundred gigabytes.
    private static let preparingNanoseconds: UInt64 = 600_000_000_000
    /// Microseconds between two questions whether it is prepared: 100 ms.
    private static let askMicroseconds: UInt32 = 100_000

    private let own: NodeID
    private let store: StoreIdentity
    private let mutex = Mutex()
    private var view: (@Sendable () -> ClusterView?)?

    /// What a node says that has not what is asked for, and one that has too much to do.
    private static let (unavailableWord, overloadedWord) = ("unavailable", "overloaded")

    /// What a node answers.
    private enum Reply {
        case body(Data)
        /// Others copy from it.
        case busy
        /// It has not what is asked for.
        case none
    }

    /// What a node says while it prepares a snapshot.
    private struct PreparingAnswer: Decodable {
        let preparing: Bool
    }

    /// The way from the node `own` of a store; to be told by `follow` which others there are.
    init(from own: NodeID, of store: StoreIdentity) {
        self.own = own
        self.store = store
    }

    /// Says what this node knows of all nodes, nil once it has ended; who asks before waits for
    /// that.
    func follow(_ view: @escaping @Sendable () -> ClusterView?) {
        mutex.locked {
            self.view = view
            mutex.signal()
        }
    }

    /// Copies a partition from the first node that has it beyond a position into the folder
    /// `directory`, which is made anew.
    ///
    /// - Parameters:
    ///   - passing: told of each node that could not give it, and why.
    ///   - goesOn: false once it is not wanted any more.
    ///   - accept: looks at what is in `directory`; where it throws, the next node is asked.
    /// - Returns: what was brought; nil where no node has it.
    /// - Throws: `StoreFailure`: there is no room for a copy, or it is not wanted any more.
    func bring(
        _ partition: PartitionID, after least: UInt64, to directory: String,
        passing: (StoreFailure) -> Void, goesOn: () -> Bool,
        accept: (SnapshotManifest) throws(StoreFailure) -> Void
    ) throws(StoreFailure) -> SnapshotManifest? {
        for address in nodes(of: partition) {
            let client = NodeClient(address)
            let path = "/v1/partitions/\(partition.rawValue)/snapshot"
            do throws(StoreFailure) {
                guard let manifest = try offer(client, path, after: least, goesOn: goesOn) else {
                    continue
                }
                if let refusal = manifest.refusal(of: store, partition, name: address.text) {
                    throw refusal
                }
                try manifest.fetch(into: directory, from: address.text, goesOn: goesOn) {
                    (file, offset) throws(StoreFailure) in
                    try piece(client, path, manifest, file, offset, goesOn: goesOn)
                }
                try accept(manifest)
                return manifest
            } catch {
                guard goesOn(), error.code != .noSpace else { throw error }
                passing(error)
            }
        }
        return nil
    }

    // MARK: Parts

    /// Where a partition may be had: its owner first, then who stands by.
    private func nodes(of partition: PartitionID) -> [NodeAddress] {
        let known = mutex.locked { () -> (@Sendable () -> ClusterView?)? in
            while view == nil { mutex.wait() }
            return view
        }
        guard let view = known?() else { return [] }
        let holders =
            view.holders(of: partition.rawValue, as: .owner)
            + view.holders(of: partition.rawValue, as: .standby)
        return holders.filter { $0 != own }.compactMap { id in
            view.nodes.first { $0.id == id }.flatMap { NodeAddress($0.record.address) }
        }
    }

    /// Has a node prepare a snapshot, and waits for that, and until it has no more to do with
    /// others; nil where it has none.
    private func offer(
        _ client: NodeClient, _ path: String, after least: UInt64, goesOn: () -> Bool
    ) throws(StoreFailure) -> SnapshotManifest? {
        var end = MonotonicTime.system.nanoseconds() + Self.preparingNanoseconds
        while MonotonicTime.system.nanoseconds() < end, goesOn() {
            let reply = try ask(
                client, path, [("after", "\(least)")], sending: NodeClient.Content(body: Data()))
            switch reply {
            case .none: return nil
            case .busy: end = MonotonicTime.system.nanoseconds() + Self.preparingNanoseconds
            case .body(let bytes):
                if JSONText.decode(PreparingAnswer.self, from: bytes)?.preparing == true { break }
                let manifest = try SnapshotManifest(Array(bytes), name: client.address.text)
                return manifest.content.position > least ? manifest : nil
            }
            usleep(Self.askMicroseconds)
        }
        throw Self.failure("\(client.address.text) did not prepare a snapshot in time")
    }

    private func piece(
        _ client: NodeClient, _ path: String, _ manifest: SnapshotManifest,
        _ file: SnapshotManifest.File, _ offset: UInt64, goesOn: () -> Bool
    ) throws(StoreFailure) -> [UInt8] {
        let query = [("id", manifest.id), ("file", file.name), ("from", "\(offset)")]
        while goesOn() {
            switch try ask(client, path, query) {
            case .body(let bytes): return Array(bytes)
            case .none:
                throw Self.failure("\(client.address.text) does not offer the snapshot any more")
            case .busy: usleep(Self.askMicroseconds)
            }
        }
        throw Self.failure("the copy is not wanted any more")
    }

    private func ask(
        _ client: NodeClient, _ path: String, _ query: [(name: String, value: String)],
        sending content: NodeClient.Content? = nil
    ) throws(StoreFailure) -> Reply {
        do throws(CommandEnd) {
            let reply = try client.ask(path, query, sending: content)
            if reply.status == 200 { return .body(reply.body) }
            switch NodeProblem(reply.body)?.word {
            case Self.unavailableWord: return .none
            case Self.overloadedWord: return .busy
            default: throw client.refused(reply)
            }
        } catch {
            throw Self.failure(error.message ?? "\(client.address.text) gave no answer")
        }
    }

    private static func failure(_ reason: String) -> StoreFailure {
        StoreFailure(.ioError, reason, remedy: "another node is asked, or the log is folded")
    }
}
