internal import GraphCore
internal import IdentityModel
internal import PartitionCore
internal import WireFormat

extension PartitionRuntime {
    /// The machine as the checkpoint left it, or a new one.
    ///
    /// - Throws: `StoreFailure`.
    static func restore(
        _ partition: PartitionID, _ state: State, _ settings: NodeSettings
    ) throws(StoreFailure) -> PartitionMachine {
        let configuration = GraphConfiguration(
            partition: partition, partitionCount: settings.partitionCount,
            namespaces: settings.namespaces, limits: settings.graphLimits)
        let digests = [settings.configurationDigest] + settings.earlierDigests
        guard let header = try StoredHeader.read(state) else {
            return PartitionMachine(
                configuration, configurationDigests: digests, limits: settings.deliveryLimits,
                knownLogic: settings.knownLogic)
        }
        guard settings.knownLogic.contains(header.logicVersion) else {
            throw StoreFailure(
                logic: header.logicVersion, of: "the checkpoint", known: settings.knownLogic)
        }
        return PartitionMachine(
            configuration, configurationDigests: digests, restoring: header,
            rules: try StoredHeader.rules(of: header),
            namespaces: try StoredHeader.names(
                .namespace, count: header.namespaceCount, state),
            sources: try StoredHeader.names(.source, count: header.sourceCount, state),
            transit: try StoredTransit.read(state), limits: settings.deliveryLimits,
            knownLogic: settings.knownLogic)
    }
}
