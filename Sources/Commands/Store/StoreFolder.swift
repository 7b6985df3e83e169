internal import Foundation
internal import IdentityModel
internal import NodeKeys
internal import NodeRuntime

/// How a data folder is opened.
struct StoreRequest {
    /// The folder.
    var folder: String
    /// A namespace table that is given now; nil to take the store's.
    var namespaces: NamespaceTable?
    /// A key that is given now; nil to take the store's.
    var key: StoreKey?
    /// What an acknowledged event survives.
    var durability = Durability.os
    /// When a checkpoint is due.
    var checkpoints = CheckpointPolicy.standard

    init(folder: String) { self.folder = folder }
}

/// A data folder: `store.json` and `node-key` beside `log/` and `partitions/`.
struct StoreFolder {
    /// The folder.
    let path: String
    /// What the store is.
    let file: StoreFile
    /// The namespaces.
    let table: NamespaceTable
    /// The key that names identifiers.
    let key: StoreKey

    /// Where a store's description is; the folder holds a store when it is there.
    static func filePath(_ path: String) -> String { path + "/store.json" }
    /// Where a store's key is.
    static func keyPath(_ path: String) -> String { path + "/node-key" }

    /// Where the logs are.
    var logPath: String { path + "/log" }
    /// Where the checkpoints of a partition are.
    func statePath(_ partition: PartitionID) -> String {
        path + "/partitions/\(partition.rawValue)"
    }
    /// Where sorted files are written before they are taken in.
    var scratchPath: String { path + "/scratch" }

    /// Makes the folder where there is none, and says whether it holds a store.
    static func prepare(_ path: String) throws(CommandEnd) {
        var status = stat()
        if stat(path, &status) == 0 {
            guard status.st_mode & S_IFMT == S_IFDIR else {
                throw .failed("\(path) is a file", remedy: "name a folder (--data)")
            }
            return
        }
        do {
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true)
        } catch {
            throw .failed(
                "cannot make the folder \(path)",
                remedy: "choose a folder where this user may write (--data)")
        }
    }

    /// Reads what the folder's store is, or makes a store in it. The folder is locked.
    init(_ request: StoreRequest) throws(CommandEnd) {
        path = request.folder
        let manager = FileManager.default
        guard manager.fileExists(atPath: Self.filePath(path)) else {
            try Self.refuseRemains(path)
            table = request.namespaces ?? .open
            key = try Self.makeKey(request)
            file = StoreFile(table: table, keyFingerprint: key.fingerprint)
            try SmallFiles.replace(Self.filePath(path), with: file.encoded, mode: 0o644)
            return
        }
        let stored = try StoreFile.read(Self.filePath(path))
        key = try Self.readKey(path, fingerprint: stored.keyFingerprint)
        if let given = request.key, given != key {
            throw .failed(
                "\(path) was made with another key (\(key.fingerprintText))",
                remedy: "leave --key-file out, or choose another --data")
        }
        guard let storedTable = stored.table else {
            throw .failed("\(Self.filePath(path)) is damaged", remedy: "restore that file")
        }
        (file, table) = try Self.extend(stored, storedTable, request, key)
        if file != stored {
            try SmallFiles.replace(Self.filePath(path), with: file.encoded, mode: 0o644)
        }
    }

    /// A folder whose parts are there and whose description is still to be written.
    init(_ path: String, file: StoreFile, table: NamespaceTable, key: StoreKey) {
        self.path = path
        self.file = file
        self.table = table
        self.key = key
    }

    /// What the runtime is told.
    func settings(_ request: StoreRequest) -> NodeSettings {
        NodeSettings(
            namespaces: table,
            configurationDigest: NodeSettings.digest(
                keyFingerprint: key.fingerprint, namespaces: table),
            earlierDigests: file.earlierDigests.compactMap { UInt64($0, radix: 16) },
            durability: request.durability, checkpoints: request.checkpoints)
    }

    // MARK: Parts

    /// A folder with a store's parts but without its description has lost it.
    private static func refuseRemains(_ path: String) throws(CommandEnd) {
        guard !FileManager.default.fileExists(atPath: StoreRestore.markerPath(path)) else {
            throw StoreRestore.unfinished(path)
        }
        for part in ["log", "partitions"]
        where FileManager.default.fileExists(atPath: "\(path)/\(part)") {
            throw .failed(
                "\(filePath(path)) is missing, though \(path)/\(part) is there",
                remedy: "bring a backup back into a new folder ('kindred restore'), or choose "
                    + "another --data")
        }
    }

    private static func makeKey(_ request: StoreRequest) throws(CommandEnd) -> StoreKey {
        let path = keyPath(request.folder)
        if FileManager.default.fileExists(atPath: path) {
            let kept = try readKeyFile(path)
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
        let key = try readKeyFile(keyPath(path))
        guard key.fingerprintText == fingerprint else {
            throw .failed(
                "\(keyPath(path)) is not the key that the store was made with (\(fingerprint))",
                remedy: "restore that file from a backup")
        }
        return key
    }

    /// Reads a key from a file of 32 hexadecimal digits.
    static func readKeyFile(_ path: String) throws(CommandEnd) -> StoreKey {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw .failed(
                "cannot read the key file \(path)", remedy: "restore that file from a backup")
        }
        do throws(StoreKeyError) {
            return try StoreKey(fileContent: data)
        } catch {
            throw .failed("\(path): \(error)", remedy: "give a file of 32 hexadecimal digits")
        }
    }

    /// Adds the namespaces that are given now and are new; refuses changed ones.
    private static func extend(
        _ stored: StoreFile, _ table: NamespaceTable, _ request: StoreRequest, _ key: StoreKey
    ) throws(CommandEnd) -> (StoreFile, NamespaceTable) {
        guard let given = request.namespaces, given != table else { return (stored, table) }
        let way = "rebuild into a new directory"
        for old in table.namespaces {
            guard let new = given.named(old.name) else {
                throw .failed("--namespaces lacks the store's '\(old.name)'", remedy: way)
            }
            guard new.priority == old.priority, new.normalization == old.normalization else {
                throw .failed(
                    "--namespaces changes the priority or the normalisation of '\(old.name)'",
                    remedy: way)
            }
        }
        guard given.isStrict == table.isStrict else {
            throw .failed("--namespaces changes 'strict'", remedy: way)
        }
        var file = StoreFile(table: given, keyFingerprint: key.fingerprint)
        file.earlierDigests = stored.earlierDigests
        if file.configurationDigest != stored.configurationDigest {
            file.earlierDigests.append(stored.configurationDigest)
        }
        return (file, given)
    }
}
