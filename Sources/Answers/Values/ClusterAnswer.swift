/// The nodes of a store, which partitions they have, and how far these have come.
package struct ClusterAnswer: Codable, Equatable, Sendable {
    /// A node's part in one partition.
    package struct Replica: Codable, Equatable, Sendable {
        /// The partition.
        package let partition: UInt16
        /// owner, standby, opening or failed.
        package let role: String
        /// The record that is folded next; nil where the partition is not open.
        package let position: UInt64?
        /// How many records it is behind the end of its log, as far as that is known.
        package let lag: UInt64?
        /// The record that it cannot fold; nil where that is not why it stands.
        package let fault: Fault?
        /// The delivery without which it takes nothing more of another partition; nil: none is
        /// missing.
        package let missing: Missing?

        /// A part with its members.
        package init(
            partition: UInt16, role: String, position: UInt64?, lag: UInt64?, fault: Fault? = nil,
            missing: Missing? = nil
        ) {
            self.partition = partition
            self.role = role
            self.position = position
            self.lag = lag
            self.fault = fault
            self.missing = missing
        }
    }

    /// What one partition has said to another and the other has not got.
    package struct Missing: Codable, Equatable, Sendable {
        /// The partition that has said it.
        package let sender: UInt16
        /// Its number among those from that sender.
        package let number: UInt64

        /// A delivery with its members.
        package init(sender: UInt16, number: UInt64) {
            self.sender = sender
            self.number = number
        }
    }

    /// A record of a partition's log that cannot be folded.
    package struct Fault: Codable, Equatable, Sendable {
        /// Where it is.
        package let offset: UInt64
        /// Why it cannot.
        package let reason: String
        /// Whether it may be passed over.
        package let mayPass: Bool

        private enum CodingKeys: String, CodingKey {
            case offset, reason
            case mayPass = "may_pass"
        }

        /// A record with its members.
        package init(offset: UInt64, reason: String, mayPass: Bool) {
            self.offset = offset
            self.reason = reason
            self.mayPass = mayPass
        }
    }

    /// A record that all nodes pass over.
    package struct Skipped: Codable, Equatable, Sendable {
        /// The partition whose log has it.
        package let partition: UInt16
        /// Where it is.
        package let offset: UInt64
        /// Why, as whoever said so wrote it.
        package let reason: String

        /// A record with its members.
        package init(partition: UInt16, offset: UInt64, reason: String) {
            self.partition = partition
            self.offset = offset
            self.reason = reason
        }
    }

    /// Which versions of the machine's logic a node knows.
    package struct Logic: Codable, Equatable, Sendable {
        /// The least.
        package let least: UInt64
        /// The greatest.
        package let greatest: UInt64
        /// The version that it does not let the store be raised beyond; nil: none.
        package let limit: UInt64?

        /// Versions with their members.
        package init(least: UInt64, greatest: UInt64, limit: UInt64?) {
            self.least = least
            self.greatest = greatest
            self.limit = limit
        }
    }

    /// A node.
    package struct Node: Codable, Equatable, Sendable {
        /// Its name.
        package let name: String
        /// Where others reach it.
        package let address: String
        /// Whether it counts as living.
        package let isAlive: Bool
        /// Whether it wants to go.
        package let isLeaving: Bool
        /// Milliseconds since anything was heard of it.
        package let silenceMilliseconds: UInt64
        /// What it has, by rising partition.
        package let partitions: [Replica]
        /// Which versions of the logic it knows; nil where a node of an earlier release answers.
        package let logic: Logic?

        private enum CodingKeys: String, CodingKey {
            case name, address, partitions, logic
            case isAlive = "alive"
            case isLeaving = "leaving"
            case silenceMilliseconds = "silence_ms"
        }

        /// A node with its members.
        package init(
            name: String, address: String, isAlive: Bool, isLeaving: Bool,
            silenceMilliseconds: UInt64, partitions: [Replica], logic: Logic
        ) {
            self.name = name
            self.address = address
            self.isAlive = isAlive
            self.isLeaving = isLeaving
            self.silenceMilliseconds = silenceMilliseconds
            self.partitions = partitions
            self.logic = logic
        }
    }

    /// Where one partition is to be.
    package struct Placed: Codable, Equatable, Sendable {
        /// The partition.
        package let partition: UInt16
        /// The name of the node that is to own it.
        package let owner: String
        /// The names of those that are to stand by.
        package let standbys: [String]

        /// A place with its members.
        package init(partition: UInt16, owner: String, standbys: [String]) {
            self.partition = partition
            self.owner = owner
            self.standbys = standbys
        }
    }

    /// embedded or kafka.
    package let engine: String
    /// The name of the node that answers.
    package let node: String
    /// The number of the placement; nil where there is none.
    package let epoch: UInt64?
    /// The name of the node that made it.
    package let coordinator: String?
    /// The version of the machine's logic that the store is at; nil where a node of an earlier
    /// release answers.
    package let logicVersion: UInt64?
    /// All nodes, by name.
    package let nodes: [Node]
    /// Where each partition is to be, by rising partition.
    package let partitions: [Placed]
    /// Records that are passed over, in the order in which that was said; nil where there are none.
    package let skipped: [Skipped]?

    private enum CodingKeys: String, CodingKey {
        case engine, node, epoch, coordinator, nodes, partitions, skipped
        case logicVersion = "logic_version"
    }

    /// An answer of its members.
    package init(
        engine: String, node: String, epoch: UInt64?, coordinator: String?, logicVersion: UInt64,
        nodes: [Node], partitions: [Placed], skipped: [Skipped]? = nil
    ) {
        self.engine = engine
        self.node = node
        self.epoch = epoch
        self.coordinator = coordinator
        self.logicVersion = logicVersion
        self.nodes = nodes
        self.partitions = partitions
        self.skipped = skipped
    }
}
