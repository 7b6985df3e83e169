internal import Answers
internal import Foundation
internal import HTTPAPI
internal import IdentityModel
internal import KafkaEngine
internal import NodeRuntime

/// A node of a store whose logs are in Kafka, as its run and the HTTP interface see it.
///
/// ```
/// opening ──has what it is to have──▶ ready ──drain──▶ draining ──close──▶ ended
///    └──any failure at the start───────────▶ failed, ended
/// ```
/// `@unchecked Sendable`: all that varies is read and written under `mutex` alone.
final class ClusterNode: ServedNode, @unchecked Sendable {
    private let request: StoreRequest
    private let place: ClusterRequest
    private let whenChanged: @Sendable () -> Void
    private let mutex = Mutex()
    private var thread: SystemThread?
    private var openedStore: ClusterStore?
    /// Seconds until it was ready; nil: it is not.
    private var openedAfter: Double?
    private var isDraining = false
    private var isClosing = false
    private var outcome: Result<Void, CommandEnd>?

    /// How often is looked whether the node has opened what it has, in nanoseconds: 20 ms.
    private static let lookNanoseconds: UInt64 = 20_000_000

    /// A node that has not begun.
    ///
    /// - Parameter whenChanged: called from any thread, when it has opened and when it has ended.
    init(
        _ request: StoreRequest, _ cluster: ClusterRequest,
        whenChanged: @escaping @Sendable () -> Void
    ) {
        self.request = request
        place = cluster
        self.whenChanged = whenChanged
    }

    func start(at url: String) {
        let address = place.address ?? url
        let thread = SystemThread { self.live(address) }
        mutex.locked { self.thread = thread }
    }

    func drain() { mutex.locked { isDraining = true } }

    func close() {
        mutex.locked {
            isClosing = true
            mutex.signal()
        }
        mutex.locked { thread }?.join()
    }

    var opening: NodeOpening? {
        mutex.locked { openedAfter }.map { NodeOpening(seconds: $0, isShortOfRoom: false) }
    }

    var ended: Result<Void, CommandEnd>? { mutex.locked { outcome } }

    var readiness: Readiness {
        let (isOpen, isLeaving, end) = mutex.locked { (openedAfter != nil, isDraining, outcome) }
        if case .failure? = end { return .failed }
        guard isOpen else { return .opening }
        return isLeaving ? .draining : .ready
    }

    /// The store.
    ///
    /// - Throws: `ServingError.closed` while it is not open.
    func requireStore() throws(ServingError) -> ClusterStore {
        guard let store = mutex.locked({ openedStore }) else { throw .closed }
        return store
    }

    // MARK: The node's thread

    private func live(_ address: String) {
        let start = MonotonicTime.system.nanoseconds()
        do throws(CommandEnd) {
            let store = try ClusterStore(request, place, address: address)
            mutex.locked { openedStore = store }
            var teller = FailureTeller(Logs.logger)
            wait {
                teller.tell(store.node.figures)
                return Self.hasOpened(store) || Self.expulsion(of: store) != nil
            }
            if Self.expulsion(of: store) == nil {
                mutex.locked {
                    let passed = MonotonicTime.system.nanoseconds() - start
                    openedAfter = Double(passed / 1_000_000) / 1e3
                }
                whenChanged()
                wait {
                    teller.tell(store.node.figures)
                    return Self.expulsion(of: store) != nil
                }
            }
            if let expulsion = Self.expulsion(of: store) {
                store.abandon()
                throw expulsion
            }
            store.close()
            mutex.locked { outcome = .success(()) }
        } catch {
            mutex.locked { outcome = .failure(error) }
        }
        whenChanged()
    }

    /// Why the node is to end without its own doing; nil: it is not.
    private static func expulsion(of store: ClusterStore) -> CommandEnd? {
        let member = store.node.figures.member
        if let other = member.successor {
            return .failed(
                "another node named \(store.name.name) has started, reached at \(other): this "
                    + "one ends",
                remedy: "give every node a name of its own (--node-name); if that one took "
                    + "this one's place, all is well")
        }
        return member.refusal.map { .failed($0.reason, remedy: $0.remedy) }
    }

    /// Whether the node knows who has what, and what it has itself is open, or cannot be opened.
    private static func hasOpened(_ store: ClusterStore) -> Bool {
        let figures = store.node.figures
        guard store.node.isReady, let placement = figures.member.view.placement else {
            return false
        }
        return placement.roles(of: store.name).enumerated().allSatisfy { number, role in
            let standing = figures.replicas.first { $0.partition == number }
            return role == nil || standing.map { $0.role != .opening } ?? false
        }
    }

    /// Returns once something holds, or the node is told to end.
    private func wait(until holds: () -> Bool) {
        while !holds() {
            let isClosing = mutex.locked {
                if !self.isClosing {
                    mutex.wait(until: MonotonicTime.system.nanoseconds() + Self.lookNanoseconds)
                }
                return self.isClosing
            }
            if isClosing { return }
        }
    }
}
