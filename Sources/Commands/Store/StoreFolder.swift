internal import Foundation
internal import IdentityModel
internal import NodeKeys
internal import NodeRuntime
internal import ProfileCore

#if KillPoints
internal import GraphCore
#endif

/// How a data folder is opened.
struct StoreRequest {
    /// The folder.
    var folder: String
    /// What keeps the store's logs.
    var engine = Engine.embedded
    /// A number of partitions that is given now; nil to take the store's.
    var partitions: UInt16?
    /// A namespace table that is given now; nil to take the store's.
    var namespaces: NamespaceTable?
    /// Survivorship rules that are to be in force; nil to take the store's.
    var rules: SurvivorshipRules?
    /// Whether opening brings all fragments to the rules in force, so that every profile is made
    /// by them; else that is done bit by bit, while the store serves.
    var sweepsFragments = true
    /// A key that is given now; nil to take the store's.
    var key: StoreKey?
    /// What an acknowledged event survives.
    var durability = Durability.os
    /// When a checkpoint is due.
    var checkpoints = CheckpointPolicy.standard
    /// Whether changes are kept for readers of the feed from now on.
    var keepsFeed = false
    /// How many changes of each partition are kept at least, where they are; 0: none are from now
    /// on, and those that are there go; nil: none goes.
    var feedRetention: UInt64?
    /// Whether nothing that is asked of the store may stay.
    var isRehearsal = false
    /// Whether events are to be written: then the machine's logic is raised to what this release
    /// knows. Whoever only asks leaves the store to earlier releases, too.
    var raisesLogic = false
    /// The version that the logic is not raised beyond; nil: none.
    var logicLimit: UInt64?
    /// Whether the folder may be marked as a new store that is not finished.
    var isUnfinished = false
    /// The memory that the process may use.
    var memory = MemoryText.standard

    init(folder: String) { self.folder = folder }
}

/// A data folder: `store.json` and `node-key` beside `log/` and `partitions/`.
///
/// ```
/// nothing ──> making ──> node-key ──> store.json ──> log/, partitions/ ──> making is removed
/// ```
/// While the file `making` is there, a part that is missing was not made yet; afterwards it is
/// lost, and the store is refused.
struct StoreFolder {
    /// The folder.
    let path: String
    /// What the store is.
    private(set) var file: StoreFile
    /// The namespaces.
    private(set) var table: NamespaceTable
    /// Namespaces that are given now and are not all in the store; nil: none.
    private(set) var givenNamespaces: NamespaceTable?
    /// The key that names identifiers.
    let key: StoreKey
    /// Whether the store is being made, or its making was cut short.
    let isNew: Bool

    private var filePath: String { Self.filePath(path) }
    private static func makingPath(_ path: String) -> String { path + "/making" }
    /// Where a store's description is; the folder holds a store when it is there.
    static func filePath(_ path: String) -> String { path + "/store.json" }
    /// Where a store's key is.
    static func keyPath(_ path: String) -> String { path + "/node-key" }

    /// How many partitions a new store has unless told otherwise: as many as there are cores that
    /// this process may use, for each is folded on a thread of its own.
    static let standardPartitions: UInt16 = {
        let (cores, range) = (
            ProcessInfo.processInfo.activeProcessorCount, NodeSettings.partitionCounts
        )
        return UInt16(
            clamping: min(max(cores, Int(range.lowerBound)), Int(range.upperBound)))
    }()

    /// Where the logs are.
    var logPath: String { path + "/log" }
    /// Where the changes are that were told, if they are kept.
    var feedPath: String { path + "/changes" }
    /// Where the checkpoints of a partition are.
    func statePath(_ partition: PartitionID) -> String {
        path + "/partitions/\(partition.rawValue)"
    }
    /// Where a partition's state is kept that was found damaged and made anew.
    func damagedPath(_ partition: PartitionID) -> String { statePath(partition) + ".damaged" }
    /// Where a partition's sorted files are written before they are taken in.
    func scratchPath(_ partition: PartitionID) -> String {
        file.partitions == 1 ? path + "/scratch" : path + "/scratch-\(partition.rawValue)"
    }

    /// The store's partitions.
    var partitions: [PartitionID] { (0..<file.partitions).map { PartitionID($0) } }

    /// Makes the folder where there is none.
    static func prepare(_ path: String) throws(CommandEnd) {
        if try isFolder(path) { return }
        try make(path)
    }

    /// Makes a folder and those above it that are missing, and makes their names durable.
    private static func make(_ path: String) throws(CommandEnd) {
        let parent = SmallFiles.parent(of: path)
        if !FileManager.default.fileExists(atPath: parent) { try make(parent) }
        guard mkdir(path, 0o777) == 0 || errno == EEXIST else {
            throw .failed(
                "cannot make the folder \(path): \(String(cString: strerror(errno)))",
                remedy: "choose a folder where this user may write (--data)")
        }
        try SmallFiles.syncFolder(parent)
    }

    /// Makes the folders of the store's parts where they are missing, and their names durable: what
    /// is acknowledged lies in them. Synced also where they are there, since whoever made them may
    /// have been killed before it did so.
    func makeParts() throws(CommandEnd) {
        let log = file.engine == .kafka ? [] : [logPath]
        for part in log + [path + "/partitions"] + partitions.map(statePath) {
            guard mkdir(part, 0o755) == 0 || errno == EEXIST else {
                throw .failed(
                    "cannot make the folder \(part): \(String(cString: strerror(errno)))",
                    remedy: "give this user the right to write there")
            }
            try SmallFiles.syncFolder(SmallFiles.parent(of: part))
            #if KillPoints
            KillPoint.folderMade.pass()
            #endif
        }
    }

    /// Whether the folder holds a store; nothing is made.
    ///
    /// - Throws: `CommandEnd` where it is a file, or holds a part of a store only.
    static func holdsStore(_ path: String) throws(CommandEnd) -> Bool {
        guard try isFolder(path) else { return false }
        if try SmallFiles.exists(filePath(path)) { return true }
        if try !SmallFiles.exists(makingPath(path)) { try refuseRemains(path) }
        return false
    }

    /// Refuses to write an answer in the folder: every file there is the store's.
    static func refuseOutput(_ output: String, in path: String) throws(CommandEnd) {
        let parent = URL(fileURLWithPath: SmallFiles.parent(of: output))
        let (place, folder) = (
            parent.resolvingSymlinksInPath().path,
            URL(fileURLWithPath: path).resolvingSymlinksInPath().path
        )
        guard place != folder, !place.hasPrefix(folder + "/") else {
            throw CommandEnd(
                ExitStatus.usage, "\(output) lies in the store's folder; name another place")
        }
    }

    private static func isFolder(_ path: String) throws(CommandEnd) -> Bool {
        guard try SmallFiles.exists(path) else { return false }
        guard FileStatus(path)?.kind == .folder else {
            throw .failed("\(path) is a file", remedy: "name a folder (--data)")
        }
        return true
    }

    /// Reads what the folder's store is, or begins to make a store in it. The folder is locked.
    init(_ request: StoreRequest) throws(CommandEnd) {
        path = request.folder
        if !request.isUnfinished, try SmallFiles.exists(StoreRepartition.markerPath(path)) {
            throw StoreRepartition.unfinished(path)
        }
        let holdsStore = try Self.holdsStore(path)
        isNew = try !holdsStore ? true : SmallFiles.exists(Self.makingPath(path))
        guard try SmallFiles.exists(Self.filePath(path)) else {
            try SmallFiles.replace(Self.makingPath(path), with: [], mode: 0o644)
            table = request.namespaces ?? .open
            // Whoever made the folder may have been killed before its name was durable.
            try SmallFiles.syncFolder(SmallFiles.parent(of: path))
            key = try Self.makeKey(request)
            #if KillPoints
            KillPoint.keyWritten.pass()
            #endif
            file = StoreFile(
                partitions: request.partitions ?? Self.standardPartitions, table: table,
                keyFingerprint: key.fingerprint, engine: request.engine)
            try SmallFiles.replace(Self.filePath(path), with: file.encoded, mode: 0o644)
            #if KillPoints
            KillPoint.storeDescribed.pass()
            #endif
            return
        }
        file = try StoreFile.read(Self.filePath(path))
        try Self.check(file.engine ?? .embedded, is: request.engine, path)
        key = try Self.readKey(path, fingerprint: file.keyFingerprint)
        if let given = request.key, given != key {
            throw .failed(
                "\(path) was made with another key (\(key.fingerprintText))",
                remedy: "leave --key-file out, or choose another --data")
        }
        if let given = request.partitions, given != file.partitions {
            throw .failed(
                "\(path) has \(file.partitionsText), and --partitions says \(given)",
                remedy: "leave --partitions out, or make another store of it: kindred "
                    + "repartition --data \(ShellText.quoted(path)) --into NEW "
                    + "--partitions \(given)")
        }
        guard let stored = file.table else {
            throw .failed("\(Self.filePath(path)) is damaged", remedy: Remedy.bringBack)
        }
        table = stored
        if let given = request.namespaces, given != stored {
            try Self.refuseChanges(from: stored, to: given)
            givenNamespaces = given
        }
    }

    /// Notes that all parts of the store are made.
    func finishMaking() throws(CommandEnd) {
        guard isNew else { return }
        try SmallFiles.syncFolder(path + "/partitions")
        try SmallFiles.syncFolder(path)
        #if KillPoints
        KillPoint.partsMade.pass()
        #endif
        unlink(Self.makingPath(path))
        // Durable too: were the file back after a power loss, a part lost since would be made new.
        try SmallFiles.syncFolder(path)
    }

    /// A folder that a restore makes a store in: its parts come from the backup, its description
    /// is written last.
    init(_ path: String, file: StoreFile, table: NamespaceTable, key: StoreKey) {
        self.path = path
        self.file = file
        self.table = table
        self.key = key
        isNew = true
    }

    /// What the runtime is told.
    func settings(_ request: StoreRequest) -> NodeSettings {
        NodeSettings(
            partitionCount: file.partitions, namespaces: table,
            configurationDigest: NodeSettings.digest(
                keyFingerprint: key.fingerprint, namespaces: table),
            earlierDigests: file.earlierDigests.compactMap { UInt64($0, radix: 16) },
            durability: request.durability, checkpoints: request.checkpoints,
            memory: request.memory.share(among: file.partitions),
            feedRetention: request.feedRetention ?? .max, logicLimit: request.logicLimit)
    }

    // MARK: Parts

    /// A store's logs are in its folder or in topics, for its whole life.
    private static func check(
        _ engine: Engine, is wanted: Engine, _ path: String
    ) throws(CommandEnd) {
        switch (engine, wanted) {
        case (.embedded, .embedded), (.kafka, .kafka): return
        case (.kafka, .embedded):
            throw .failed(
                "\(path) is the folder of a node whose logs are in Kafka",
                remedy: "ask a running node (--server), or start one there with --engine kafka")
        case (.embedded, .kafka):
            throw .failed(
                "\(path) holds a store that keeps its logs itself",
                remedy: "choose another --data, or leave --engine out")
        }
    }

    /// A folder with a store's parts but without its description has lost it.
    private static func refuseRemains(_ path: String) throws(CommandEnd) {
        guard !FileManager.default.fileExists(atPath: StoreRestore.markerPath(path)) else {
            throw StoreRestore.unfinished(path)
        }
        for part in ["log", "partitions"]
        where FileManager.default.fileExists(atPath: "\(path)/\(part)") {
            throw .failed(
                "\(filePath(path)) is missing, though \(path)/\(part) is there",
                remedy: Remedy.bringBack)
        }
    }

    private static func makeKey(_ request: StoreRequest) throws(CommandEnd) -> StoreKey {
        let path = keyPath(request.folder)
        if try SmallFiles.exists(path) {
            let kept = try readKeyFile(path, ifUnreadable: restoreFile)
            guard request.key == nil || request.key == kept else {
                throw .failed(
                    "\(path) holds another key than --key-file",
                    remedy: "leave --key-file out, or choose another --data")
            }
            return kept
        }
        let key = request.key ?? .random()
        try SmallFiles.replace(path, with: Array((key.hexadecimal + "\n").utf8), mode: 0o600)
        return key
    }

    private static func readKey(
        _ path: String, fingerprint: String
    ) throws(CommandEnd) -> StoreKey {
        let key = try readKeyFile(keyPath(path), ifUnreadable: restoreFile)
        guard key.fingerprintText == fingerprint else {
            throw .failed(
                "\(keyPath(path)) is not the key that the store was made with (\(fingerprint))",
                remedy: restoreFile)
        }
        return key
    }

    private static let restoreFile = "put that file back, or " + Remedy.bringBack

    /// Reads a key from a file of 32 hexadecimal digits.
    static func readKeyFile(
        _ path: String, ifUnreadable remedy: String
    ) throws(CommandEnd) -> StoreKey {
        guard let data = SmallFiles.read(path) else {
            throw .failed("cannot read the key file \(path)", remedy: remedy)
        }
        do throws(StoreKeyError) {
            return try StoreKey(fileContent: data)
        } catch {
            throw .failed("\(path): \(error)", remedy: remedy)
        }
    }

    // MARK: Namespaces that come later

    /// Takes the namespaces that are given now. `known` are those that events have named so far:
    /// one that is only named now had the rules of unnamed ones, and must keep them.
    mutating func addNamespaces(known: [[UInt8]], isRehearsal: Bool) throws(CommandEnd) {
        guard let given = givenNamespaces else { return }
        for namespace in given.namespaces where table.named(namespace.name) == nil {
            let isPlain =
                namespace.priority == Namespace.unnamedPriority && namespace.normalization.isEmpty
            guard isPlain || !known.contains(where: namespace.name.utf8.elementsEqual) else {
                throw .failed(
                    "--namespaces changes the priority or the normalisation of "
                        + "'\(namespace.name)', which the store has identifiers of",
                    remedy: Self.wayOut)
            }
        }
        var extended = StoreFile(
            partitions: file.partitions, table: given, keyFingerprint: key.fingerprint,
            engine: file.engine ?? .embedded)
        extended.earlierDigests = file.earlierDigests
        if extended.configurationDigest != file.configurationDigest {
            extended.earlierDigests.append(file.configurationDigest)
        }
        if !isRehearsal {
            try SmallFiles.replace(filePath, with: extended.encoded, mode: 0o644)
        }
        (file, table, givenNamespaces) = (extended, given, nil)
    }

    private static let wayOut = "rebuild into a new directory"

    private static func refuseChanges(
        from table: NamespaceTable, to given: NamespaceTable
    ) throws(CommandEnd) {
        for old in table.namespaces {
            guard let new = given.named(old.name) else {
                throw .failed("--namespaces lacks the store's '\(old.name)'", remedy: wayOut)
            }
            guard new.priority == old.priority, new.normalization == old.normalization else {
                throw .failed(
                    "--namespaces changes the priority or the normalisation of '\(old.name)'",
                    remedy: wayOut)
            }
        }
        guard given.isStrict == table.isStrict else {
            throw .failed("--namespaces changes 'strict'", remedy: wayOut)
        }
    }
}
