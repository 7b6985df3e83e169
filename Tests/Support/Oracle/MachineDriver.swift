package import GraphCore
internal import IdentityModel
package import NodeRuntime
package import PartitionCore
package import WireFormat

/// Drives a real `PartitionMachine` over a memory store: steps, checkpoints, opens again.
package final class MachineDriver {
    /// What the machine's records carry in their heads.
    package static let head = RecordHead(logicVersion: 1, configurationDigest: 0x5eed)
    /// The partition that the machine is, if nothing else is said.
    package static let configuration = GraphConfiguration(
        partition: PartitionID(0), namespaces: RandomEvents.namespaces)

    private let configuration: GraphConfiguration
    private let digests: [UInt64]
    private let limits: DeliveryLimits
    private let knownLogic: ClosedRange<UInt64>
    /// Where checkpoints go.
    package let store = MemoryState()
    private let reader: StoredState<MemoryState>
    /// The machine itself.
    package var machine: PartitionMachine

    /// A machine that has folded nothing, takes records of these configurations, and knows these
    /// versions of the logic.
    package init(
        _ configuration: GraphConfiguration = MachineDriver.configuration,
        digests: [UInt64] = [MachineDriver.head.configurationDigest],
        limits: DeliveryLimits = .standard,
        knownLogic: ClosedRange<UInt64> = PartitionMachine.knownLogic
    ) {
        self.configuration = configuration
        self.digests = digests
        self.limits = limits
        self.knownLogic = knownLogic
        reader = StoredState(store)
        machine = PartitionMachine(
            configuration, configurationDigests: digests, limits: limits, knownLogic: knownLogic)
    }

    /// What a partition says, as records for the logs of the receivers.
    package static func bundles(
        of deliveries: [Delivery], from partition: Int
    ) -> [DeliveryBundle] {
        DeliveryBundle.bundles(of: deliveries, from: PartitionID(UInt16(partition)), head)
    }

    /// Folds one record.
    package func step(_ record: [UInt8]) throws(StepError) -> StepResult {
        try machine.step(record.span, reader: reader)
    }

    /// Writes all that changed, header included, into the store.
    package func checkpoint() {
        var batch = CheckpointBatch()
        machine.graph.drainChanges(to: &batch)
        batch.put(StateKey.header, machine.checkpointHeader.encoded)
        store.apply(batch)
        machine.graph.noteStored()
    }

    /// Checkpoints, forgets all memory and opens the machine again from the store.
    package func reopen() throws {
        checkpoint()
        guard let header = try StoredHeader.read(store) else { return }
        machine = PartitionMachine(
            configuration, configurationDigests: digests, restoring: header,
            namespaces: try StoredHeader.names(.namespace, count: header.namespaceCount, store),
            sources: try StoredHeader.names(.source, count: header.sourceCount, store),
            transit: try StoredTransit.read(store), limits: limits, knownLogic: knownLogic)
    }

    /// What the store holds, in order of keys.
    package var stored: [StoredEntry] { StoredEntry.all(in: store) }
}
