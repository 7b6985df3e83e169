package import KafkaLog
package import NodeRuntime

/// Why a part of the engine has ended before it was told to.
package enum EngineFailure: Error, Equatable, Sendable {
    /// The cluster refuses for good.
    case kafka(KafkaError)
    /// The partition's state or log cannot be gone on with.
    case store(StoreFailure)
    /// A record of the partition's log cannot be folded.
    case record(RecordFault, StoreFailure)

    /// One sentence for a person: what is wrong.
    package var reason: String {
        switch self {
        case .kafka(let error):
            (error.partition.map { "\($0.topic)[\($0.number)]: " } ?? "") + error.reason
        case .store(let failure): failure.reason
        case .record(let fault, _): "record \(fault.offset) cannot be folded: \(fault.reason)"
        }
    }

    /// One sentence for a person: what to do.
    package var remedy: String {
        switch self {
        case .kafka(let error): error.remedy
        case .store(let failure): failure.remedy
        case .record(let fault, let failure):
            fault.mayPass
                ? "keep other programs from writing to the graph topic, and have the record passed "
                    + "over ('kindred kafka skip')" : failure.remedy
        }
    }

    /// Where the partition's log begins, if it was trimmed beyond what was to be read of it.
    var logStart: UInt64? {
        guard case .kafka(let error) = self, error.code == .offsetOutOfRange,
            let start = error.bounds?.lowerBound, start > error.offset ?? -1
        else { return nil }
        return UInt64(start)
    }

    /// The failure in the words of a store.
    package var storeFailure: StoreFailure {
        switch self {
        case .kafka: StoreFailure(.ioError, reason, remedy: remedy)
        case .store(let failure): failure
        case .record(_, let failure): StoreFailure(failure.code, reason, remedy: remedy)
        }
    }

    /// The record that cannot be folded, if it is that.
    package var fault: RecordFault? {
        guard case .record(let fault, _) = self else { return nil }
        return fault
    }

    /// Topics that are not as the store needs them, each with what is wrong and what to do.
    init(_ findings: [TopicFinding]) {
        self = .store(
            StoreFailure(
                .otherConfiguration, findings.map(\.reason).joined(separator: "; "),
                remedy: findings.map(\.remedy).distinct.joined(separator: "; ")))
    }

    /// Runs what the cluster may refuse.
    static func ofKafka<Result>(
        _ body: () throws(KafkaError) -> Result
    ) throws(EngineFailure) -> Result {
        do throws(KafkaError) {
            return try body()
        } catch {
            throw .kafka(error)
        }
    }

    /// Runs what a partition may refuse.
    static func ofStore<Result>(
        _ body: () throws(StoreFailure) -> Result
    ) throws(EngineFailure) -> Result {
        do throws(StoreFailure) {
            return try body()
        } catch {
            throw .store(error)
        }
    }
}

extension [String] {
    /// Each once, where it first stands.
    fileprivate var distinct: [String] {
        reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
    }
}
