internal import Answers
internal import IdentityModel
internal import KafkaEngine
internal import NodeRuntime
internal import ProfileCore

// The survivorship rules of a store whose logs are in Kafka.
extension ClusterNode {
    /// How long a change of rules waits until the partitions that are here fold by them, in
    /// nanoseconds: 1 s. In force they are as soon as the global topic has them.
    private static let foldNanoseconds: UInt64 = 1_000_000_000
    /// How often is looked whether they do, in nanoseconds: 20 ms.
    private static let lookNanoseconds: UInt64 = 20_000_000

    func profiles(deadline: Deadline) async throws(ServingError) -> ProfilesAnswer {
        ProfilesAnswer(inForce: try requireStore().node.global.rules)
    }

    func put(
        profiles text: [UInt8], deadline: Deadline
    ) async throws(ServingError) -> ProfilesAnswer {
        let store = try requireStore()
        let given = try await SystemThread.run { ProfilesFile.rules(inBody: text) }.get()
        let (rules, isNew) = try await store.node.global.put(given, by: deadline).get()
        let end = min(deadline, .after(nanoseconds: Self.foldNanoseconds))
        while !Self.isFoldingBy(rules, store), Deadline.after(nanoseconds: 0) < end {
            // Cut short by cancellation: then nobody waits for the answer.
            do {
                try await Task.sleep(nanoseconds: Self.lookNanoseconds)
            } catch { break }
        }
        return ProfilesAnswer(inForce: rules, changed: isNew)
    }

    /// Whether all partitions that are open here fold by rules, or by later ones.
    private static func isFoldingBy(_ rules: SurvivorshipRules, _ store: ClusterStore) -> Bool {
        (0..<store.settings.node.partitionCount).allSatisfy { number in
            guard let replica = store.node.replica(of: PartitionID(number)) else { return true }
            return replica.figures.rulesVersion >= rules.version
        }
    }
}
