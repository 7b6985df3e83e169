package import IdentityModel
package import NodeRuntime

/// Decides which call of the ports that share it fails.
package final class FaultPlan {
    private let nth: Int?
    private let takesEffect: Bool
    /// How many calls there were.
    package private(set) var calls = 0

    /// No call fails.
    package init() {
        nth = nil
        takesEffect = false
    }

    /// The `nth` call fails, counted from 1; before it has done anything, or after all of it.
    package init(failing nth: Int, takesEffect: Bool) {
        self.nth = nth
        self.takesEffect = takesEffect
    }

    /// Whether the call that fails has come.
    package var hasFailed: Bool { nth.map { calls >= $0 } ?? false }

    func around<Result>(
        _ body: () throws(StoreFailure) -> Result
    ) throws(StoreFailure) -> Result {
        calls += 1
        guard calls == nth else { return try body() }
        if takesEffect { _ = try body() }
        throw StoreFailure(.ioError, "call \(calls) failed", remedy: "this is a test")
    }
}

/// A log whose calls fail as a plan says.
package final class FaultyLog<Base: LogPort>: LogPort {
    private let base: Base
    private let plan: FaultPlan

    /// `base`, failing as `plan` says.
    package init(_ base: Base, _ plan: FaultPlan) {
        self.base = base
        self.plan = plan
    }

    package func bounds(of partition: PartitionID) throws(StoreFailure) -> Range<UInt64> {
        try plan.around { () throws(StoreFailure) in try base.bounds(of: partition) }
    }

    package func append(
        _ record: Span<UInt8>, at offset: UInt64, of partition: PartitionID
    ) throws(StoreFailure) {
        let bytes = record.copied
        try plan.around { () throws(StoreFailure) in
            try base.append(bytes.span, at: offset, of: partition)
        }
    }

    package func sync() throws(StoreFailure) {
        try plan.around { () throws(StoreFailure) in try base.sync() }
    }

    package func read(
        from offset: UInt64, of partition: PartitionID,
        _ body: (_ offset: UInt64, _ record: Span<UInt8>) -> Bool
    ) throws(StoreFailure) {
        try plan.around { () throws(StoreFailure) in
            try base.read(from: offset, of: partition, body)
        }
    }

    package func trim(before offset: UInt64, of partition: PartitionID) throws(StoreFailure) {
        try plan.around { () throws(StoreFailure) in
            try base.trim(before: offset, of: partition)
        }
    }
}

/// A state store whose calls fail as a plan says.
package final class FaultyState<Base: StatePort>: StatePort {
    private let base: Base
    private let plan: FaultPlan

    /// `base`, failing as `plan` says.
    package init(_ base: Base, _ plan: FaultPlan) {
        self.base = base
        self.plan = plan
    }

    package func read(_ key: [UInt8], into value: inout [UInt8]) throws(StoreFailure) -> Bool {
        var found: [UInt8] = []
        let isThere = try plan.around { () throws(StoreFailure) in
            try base.read(key, into: &found)
        }
        if isThere { value = found }
        return isThere
    }

    package func scan(
        from lower: [UInt8], to upper: [UInt8],
        _ body: (_ key: Span<UInt8>, _ value: Span<UInt8>) -> Bool
    ) throws(StoreFailure) {
        try plan.around { () throws(StoreFailure) in
            try base.scan(from: lower, to: upper, body)
        }
    }

    package func apply(_ batch: CheckpointBatch) throws(StoreFailure) {
        try plan.around { () throws(StoreFailure) in try base.apply(batch) }
    }
}
