internal import Answers
internal import Foundation
internal import IdentityModel
internal import KafkaEngine
internal import KafkaLog
internal import Logging
internal import NodeKeys
internal import NodeRuntime
internal import WireFormat

/// A node of a store whose logs are in Kafka: its data folder, with checkpoints of the partitions
/// that it has, and the engine that runs them.
final class ClusterStore: Sendable {
    /// What gives identifiers their keys.
    let keys: IdentifierKeys
    /// What all parts of the engine agree on.
    let settings: EngineSettings
    /// The node's name.
    let name: NodeID
    /// What the store's key is known by.
    let keyFingerprint: String
    /// The partitions that the node has, its router and its membership.
    let node: EngineNode<RocksState>
    /// Takes events to the logs.
    let writer: RecordWriter
    /// The node's partitions, as questions reach them.
    let near: NearReplicas
    /// The way to partitions of other nodes.
    let far: FarReplicas
    /// What other nodes copy of this one.
    let offers: SnapshotOffers

    private let lock: SendableLock

    /// Holds the folder as long as the store is open.
    private struct SendableLock: @unchecked Sendable {
        let lock: StoreLock
    }

    /// Opens the folder, making it where there is none, checks the topics, and joins the others.
    ///
    /// - Parameter address: where other nodes reach this one.
    /// - Throws: `CommandEnd` that says what to do.
    init(
        _ request: StoreRequest, _ cluster: ClusterRequest, address: String
    ) throws(CommandEnd) {
        try StoreFolder.prepare(request.folder)
        lock = SendableLock(lock: try StoreLock(folder: request.folder))
        let place = cluster.place
        var request = request
        request.engine = .kafka
        if try !StoreFolder.holdsStore(request.folder), request.partitions == nil {
            request.partitions = try Self.partitionCount(place)
        }
        var folder = try StoreFolder(request)
        if folder.isNew { try folder.makeParts() }
        try folder.finishMaking()
        try folder.addNamespaces(known: [], isRehearsal: false)
        if let given = cluster.name {
            name = given
        } else {
            name = try NodeNameFile.name(in: request.folder)
        }
        let node = folder.settings(request)
        settings = try KafkaPlace.failing { () throws(EngineFailure) in
            try EngineSettings(
                place.kafka, place.topics, node, isInsecureDev: place.isInsecureDev,
                timeoutMilliseconds: KafkaPlace.timeoutMilliseconds)
        }
        for warning in settings.warnings {
            Logs.logger.warning(
                "\(warning.reason); \(warning.remedy)", metadata: ["word": "\(warning.word)"])
        }
        let identity = StoreIdentity(node, keyFingerprint: folder.key.fingerprint)
        try KafkaPlace.failing { () throws(EngineFailure) in
            try StoreClaim.make(
                identity, place.kafka, place.topics, knownLogic: node.knownLogic,
                timeoutMilliseconds: KafkaPlace.timeoutMilliseconds)
        }
        let hasher = NodeKeyHasher(key: folder.key)
        keys = IdentifierKeys(namespaces: folder.table, hasher: hasher)
        keyFingerprint = folder.key.fingerprintText
        let states = OpenStates(folder, memory: node.memory)
        let peers = PeerSnapshots(from: name, of: identity)
        let snapshots = try Self.snapshots(
            of: states, cluster.snapshots, identity, name, peers)
        offers = SnapshotOffers(states, of: identity, node: name)
        let engine = EngineNode(
            settings,
            ClusterSettings(node: name, address: address, standbys: cluster.standbys),
            hasher: hasher, rules: request.rules, states: states.home(snapshots),
            snapshots: cluster.snapshots?.settings)
        self.node = engine
        writer = RecordWriter(settings)
        near = NearReplicas(node: engine, states: states)
        far = FarReplicas(from: name) { engine.figures.member.view }
        // Weak: the engine has what asks.
        peers.follow { [weak engine] in engine?.figures.member.view }
    }

    /// What the head of a record says here.
    var recordHead: RecordHead { node.recordHead }

    /// Lets others take what this node has, stores checkpoints, and lets go of the folder.
    func close() {
        writer.stop()
        offers.close()
        node.leave()
        far.close()
    }

    /// Lets go of all at once, without a word to the others: another node of this name goes on.
    func abandon() {
        writer.stop()
        node.abandon()
        far.close()
    }

    // MARK: Parts

    /// Where the node's snapshots are.
    private static func snapshots(
        of states: OpenStates, _ request: SnapshotRequest?, _ identity: StoreIdentity,
        _ name: NodeID, _ peers: PeerSnapshots
    ) throws(CommandEnd) -> StateSnapshots {
        do throws(StoreFailure) {
            try states.clearPlaces()
            let folder = try request.map { (request) throws(StoreFailure) in
                try SnapshotFolder(request.folder, of: identity, node: name)
            }
            return StateSnapshots(
                states: states, folder: folder,
                keep: request?.keep ?? SnapshotRequest.standardKeep, peers: peers)
        } catch {
            throw .failed(error.reason, remedy: error.remedy)
        }
    }

    /// How many partitions the store has, as its topic says.
    private static func partitionCount(_ place: KafkaPlace) throws(CommandEnd) -> UInt16 {
        do throws(KafkaError) {
            let admin = try KafkaAdmin(place.kafka)
            defer { admin.close() }
            let topic = try admin.topic(
                place.topics.graph, timeoutMilliseconds: KafkaPlace.timeoutMilliseconds)
            guard let count = UInt16(exactly: topic.partitions.count),
                NodeSettings.partitionCounts.contains(count)
            else {
                throw KafkaError(
                    .wrongConfiguration,
                    "\(place.topics.graph) has \(topic.partitions.count) partitions, and a store "
                        + "has 1 to \(NodeSettings.partitionCounts.upperBound)")
            }
            return count
        } catch  where error.code == .unknownTopicOrPartition {
            throw .failed(
                "there is no topic \(place.topics.graph)",
                remedy: "correct the prefix, or make the topics of a new store: kindred kafka "
                    + "create-topics --brokers \(place.kafka.brokers) "
                    + "--prefix \(place.topics.prefix) --partitions N"
                    + (place.isInsecureDev ? " --insecure-dev" : ""))
        } catch {
            throw .failed(error.reason, remedy: error.remedy)
        }
    }
}
