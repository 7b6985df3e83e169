internal import GraphCore
internal import IdentityModel
internal import NodeRuntime

/// A store that serves while a benchmark asks it and writes to it, as a node's does.
final class BenchServing {
    typealias Crew = PartitionCrew<RocksLog, RocksState>
    typealias Runtime = PartitionRuntime<RocksLog, RocksState>

    /// The partitions.
    let crew: Crew
    private let thread: SystemThread

    /// How long a request may take: an hour, so that what is slow is measured, not refused.
    private static let patienceNanoseconds: UInt64 = 3_600_000_000_000

    /// Begins to serve. Until `end` nobody else may use the store.
    init(_ store: OpenStore) {
        let crew = Crew(partitionCount: store.folder.file.partitions)
        // unsafe: from here on until `end` the group is the threads' alone.
        nonisolated(unsafe) let group = store.group
        thread = SystemThread { _ = crew.serve(group) }
        self.crew = crew
    }

    /// Answers what was asked, and gives the store back.
    func end() {
        crew.close()
        thread.join()
    }

    /// Until when a request that is made now is worth answering.
    static var deadline: Deadline { .after(nanoseconds: patienceNanoseconds) }

    /// Asks for the customer of a node, as a request does: its home, and where another partition
    /// hosts the component, that one; whether it is found.
    static func resolve(_ key: NodeKey, _ crew: Crew) async -> Result<Bool, ServingError> {
        let home = PartitionID.home(of: key, among: UInt16(crew.hosts.count))
        let host = crew.hosts[Int(home.rawValue)]
        guard crew.hosts.count > 1 else {
            return await host.ask(by: deadline) { runtime in
                result { () throws(StoreFailure) in
                    try runtime.ask { (graph, reader) throws(StateError) in
                        try graph.customer(of: key, reader: reader) != nil
                    }
                }
            }
        }
        let place = await host.ask(by: deadline) { runtime in
            result { () throws(StoreFailure) in
                try runtime.ask { (graph, reader) throws(StateError) in
                    try graph.place(of: key, reader: reader)?.component
                }
            }
        }
        switch place {
        case .failure(let error): return .failure(error)
        case .success(nil): return .success(false)
        case .success(let component?): return await look(for: key, in: component, crew)
        }
    }

    /// Asks the host of a component whether a node is in it.
    static func look(
        for key: NodeKey, in component: ComponentID, _ crew: Crew
    ) async -> Result<Bool, ServingError> {
        await crew.hosts[Int(component.host.rawValue)].ask(by: deadline) { runtime in
            result { () throws(StoreFailure) in
                try runtime.ask { (graph, reader) throws(StateError) in
                    try graph.customer(of: key, in: component, reader: reader) != nil
                }
            }
        }
    }

    private static func result<Answer>(
        _ body: () throws(StoreFailure) -> Answer
    ) -> Result<Answer, ServingError> {
        do throws(StoreFailure) {
            return .success(try body())
        } catch {
            return .failure(.store(error))
        }
    }

    /// Runs tasks from a thread that may wait for them.
    static func wait<Value: Sendable>(_ body: @escaping @Sendable () async -> Value) -> Value {
        let box = Box<Value>()
        Task { box.put(await body()) }
        return box.take()
    }

    /// Where a task leaves what a thread waits for.
    ///
    /// `@unchecked Sendable`: `value` is read and written under `mutex` alone.
    private final class Box<Value: Sendable>: @unchecked Sendable {
        private let mutex = Mutex()
        private var value: Value?

        func put(_ value: Value) {
            mutex.locked {
                self.value = value
                mutex.signal()
            }
        }

        func take() -> Value {
            mutex.locked {
                while true {
                    if let value { return value }
                    mutex.wait()
                }
            }
        }
    }
}

extension CommandEnd {
    /// Partitions that were measured ceased to serve.
    static func unserved(_ error: ServingError) -> CommandEnd {
        if case .store(let failure) = error {
            return .failed(failure.reason, remedy: failure.remedy)
        }
        return .failed(
            "a partition that was measured refused: \(error)", remedy: "run the same again")
    }

    /// What was measured did not do what it should: a figure of it would say nothing.
    static func wrong(_ what: String) -> CommandEnd {
        .failed(what, remedy: "report it, with this command line: no figure can be told")
    }
}
