internal import GraphCore
internal import IdentityModel
internal import NodeRuntime
internal import PartitionCore
internal import WireFormat

/// Makes the machines of a run: new ones, and ones that a snapshot gives.
struct Foundry {
    private static let digests = [Identifiers.head.configurationDigest]
    private let configurations: [GraphConfiguration]
    private let deliveries: DeliveryLimits

    /// Machines of so many partitions.
    init(partitions: Int, limits: GraphLimits, deliveries: DeliveryLimits = .standard) {
        self.deliveries = deliveries
        configurations = (0..<partitions).map {
            GraphConfiguration(
                partition: PartitionID(UInt16($0)), partitionCount: UInt16(partitions),
                namespaces: Identifiers.namespaces, limits: limits)
        }
    }

    /// How many partitions there are.
    var partitions: Int { configurations.count }

    /// The machine that a partition's state gives; a new one where it holds no checkpoint.
    ///
    /// - Parameter isOld: whether its program is of the release before.
    func machine(
        _ partition: Int, over state: SimulatedState, isOld: Bool
    ) throws(Violation) -> PartitionMachine {
        let known = isOld ? LogicPlan.old : LogicPlan.new
        do throws(StoreFailure) {
            guard let header = try StoredHeader.read(state) else {
                return PartitionMachine(
                    configurations[partition], configurationDigests: Self.digests,
                    limits: deliveries, knownLogic: known)
            }
            return PartitionMachine(
                configurations[partition], configurationDigests: Self.digests,
                restoring: header, rules: try StoredHeader.rules(of: header),
                namespaces: try StoredHeader.names(
                    .namespace, count: header.namespaceCount, state),
                sources: try StoredHeader.names(.source, count: header.sourceCount, state),
                transit: try StoredTransit.read(state), limits: deliveries, knownLogic: known)
        } catch {
            throw Violation("a snapshot cannot be opened: \(error.reason)")
        }
    }
}
