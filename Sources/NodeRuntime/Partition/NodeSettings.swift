package import GraphCore
package import IdentityModel
package import PartitionCore

/// What an acknowledged event survives.
package enum Durability: String, Sendable, CaseIterable {
    /// A killed process, but not a power loss: the operating system has the bytes.
    case os
    /// A power loss too: the disk has the bytes.
    case fsync
}

/// What a store is for its whole life, and what one opening of it adds.
package struct NodeSettings: Sendable {
    /// How many partitions the store has, for its whole life.
    package var partitionCount: UInt16
    /// The namespaces, whose priorities and normalisation never change.
    package var namespaces: NamespaceTable
    /// What new records carry of key, namespaces and normalisation.
    package var configurationDigest: UInt64
    /// What older records of this store may carry.
    package var earlierDigests: [UInt64]
    /// What an acknowledged event survives.
    package var durability: Durability
    /// When a checkpoint is begun, and when writing waits for it.
    package var checkpoints: CheckpointPolicy
    /// How much of a checkpoint is gathered behind one record.
    package var slice: CheckpointSlice
    /// The memory that the process may use.
    package var memory: MemoryBudget
    /// From which sizes on things are stored in rows and sent in pages. What is stored and said
    /// depends on it, so that a store keeps what it was made with: only a trial has others.
    package var graphLimits: GraphLimits
    /// Where deliveries are cut; the same holds of it.
    package var deliveryLimits: DeliveryLimits
    /// How many changes of each partition the feed keeps at least, where it is kept.
    package var feedRetention: UInt64
    /// The versions of the machine's logic that this program knows: others for a trial only.
    package var knownLogic: ClosedRange<UInt64>
    /// The version of the logic that the store is not to be raised beyond, for as long as going
    /// back to an earlier release is to be possible; nil: none.
    package var logicLimit: UInt64?

    /// How many changes of a partition a feed keeps unless told otherwise: some hundreds of
    /// megabytes.
    package static let standardFeedRetention: UInt64 = 1_000_000

    /// How many partitions a store may have.
    package static let partitionCounts: ClosedRange<UInt16> = 1...64

    /// Settings with their members.
    package init(
        partitionCount: UInt16 = 1, namespaces: NamespaceTable, configurationDigest: UInt64,
        earlierDigests: [UInt64] = [], durability: Durability = .os,
        checkpoints: CheckpointPolicy = .standard, slice: CheckpointSlice = .standard,
        memory: MemoryBudget = .unlimited, graphLimits: GraphLimits = .standard,
        deliveryLimits: DeliveryLimits = .standard,
        feedRetention: UInt64 = NodeSettings.standardFeedRetention,
        knownLogic: ClosedRange<UInt64> = PartitionMachine.knownLogic, logicLimit: UInt64? = nil
    ) {
        precondition(partitionCount > 0, "a store has partitions")
        self.partitionCount = partitionCount
        self.namespaces = namespaces
        self.configurationDigest = configurationDigest
        self.earlierDigests = earlierDigests
        self.durability = durability
        self.checkpoints = checkpoints
        self.slice = slice
        self.memory = memory
        self.graphLimits = graphLimits
        self.deliveryLimits = deliveryLimits
        self.feedRetention = feedRetention
        self.knownLogic = knownLogic
        self.logicLimit = logicLimit
    }

    /// The version of the logic that the store may be raised to, as far as this process goes.
    package var raisedLogic: UInt64 {
        PartitionMachine.raisedLogic(known: knownLogic, limit: logicLimit)
    }

    /// The digest of the settings that give identifiers their keys: the store key's fingerprint,
    /// each namespace's name, priority and normalisation, strictness, and the rules' own revision.
    package static func digest(
        keyFingerprint: UInt64, namespaces: NamespaceTable
    ) -> UInt64 {
        var text = "normalization \(normalizationRevision) strict \(namespaces.isStrict)"
        for namespace in namespaces.namespaces {
            let steps = namespace.normalization.map(\.rawValue).joined(separator: ",")
            text += "\n\(namespace.name) \(namespace.priority) \(steps)"
        }
        return Mixing.hash(Array(text.utf8).span, seed: keyFingerprint)
    }

    /// Raised when what a normalisation step does changes; stores of another one are refused.
    package static let normalizationRevision = 1
}
