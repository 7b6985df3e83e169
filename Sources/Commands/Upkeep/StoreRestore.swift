internal import Foundation
internal import GraphCore
internal import IdentityModel
internal import NodeKeys
internal import NodeRuntime
internal import RocksStore

/// Brings a backup back as a store.
///
/// ```
/// mark ──> logs, checkpoints (checksums) ──> synced ──> key ──> opened: same digest?
///      ──> store.json ──> mark removed
/// ```
///
/// A folder is a store when `store.json` is there, which comes last. Until then the mark tells
/// whoever opens the folder that a restore has not finished. A restore that fails takes away what
/// it brought; one that is killed leaves it, marked.
struct StoreRestore {
    /// What was restored.
    struct Outcome {
        let digest: String
        let events: UInt64
    }

    let manifest: BackupManifest
    let source: BackupFolder
    let path: String
    /// The memory that the process may use.
    let memory: MemoryBudget

    /// The file that marks a restore under way.
    static func markerPath(_ path: String) -> String { path + "/RESTORE-UNFINISHED" }

    /// Why a folder that a restore has left unfinished cannot be used.
    static func unfinished(_ path: String) -> CommandEnd {
        .failed(
            "a restore into \(path) did not finish",
            remedy: "remove the folder and restore again")
    }

    /// Restores into the folder, which is absent or empty.
    ///
    /// - Throws: `CommandEnd` that says what to do.
    func perform() throws(CommandEnd) -> Outcome {
        let (file, table, key) = try description()
        try StoreFolder.prepare(path)
        let lock = try StoreLock(folder: path)
        defer { withExtendedLifetime(lock) {} }
        guard try BackupFolder.names(in: path).isEmpty else {
            let isUnfinished = FileManager.default.fileExists(atPath: Self.markerPath(path))
            if isUnfinished, !FileManager.default.fileExists(atPath: StoreFolder.filePath(path)) {
                throw Self.unfinished(path)
            }
            throw .failed(
                "\(path) is not empty", remedy: "name a new or an empty folder (--data)")
        }
        let folder = StoreFolder(path, file: file, table: table, key: key)
        if let shortage = RoomShortage(
            at: path, needed: manifest.bytes + RoomShortage.reserveBytes)
        {
            throw CommandEnd(shortage.failure, folder: path)
        }
        do throws(CommandEnd) {
            return try bring(folder)
        } catch {
            remove(folder)
            throw error
        }
    }

    // MARK: Steps

    /// The store's small files out of the manifest.
    private func description() throws(CommandEnd) -> (StoreFile, NamespaceTable, StoreKey) {
        let name = "the store.json of backup \(manifest.id)"
        let file = try StoreFile.decode(Data(manifest.storeFile.utf8), name)
        guard let table = file.table, let key = try? StoreKey(hexadecimal: manifest.nodeKey),
            key.fingerprintText == file.keyFingerprint
        else {
            throw .failed(
                "\(name) does not fit its key", remedy: "restore another backup with --id")
        }
        return (file, table, key)
    }

    private func bring(_ folder: StoreFolder) throws(CommandEnd) -> Outcome {
        try SmallFiles.mark(Self.markerPath(path))
        let states = manifest.states.map { part in
            (part, folder.statePath(PartitionID(part.partition ?? 0)))
        }
        do {
            try FileManager.default.createDirectory(
                atPath: path + "/partitions", withIntermediateDirectories: false)
        } catch {
            throw .failed(
                "cannot make the folder \(path)/partitions",
                remedy: "give this user the right to write there")
        }
        for (part, place) in states + [(manifest.log, folder.logPath)] {
            let copies = try source.copies(of: part)
            try BackupFolder.doing(source.path) { () throws(StoreError) in
                try Self.copy(part, of: copies, to: place)
            }
        }
        try Self.syncTree(path)
        try SmallFiles.replace(
            StoreFolder.keyPath(path), with: Array((manifest.nodeKey + "\n").utf8), mode: 0o600)
        let outcome = try confirm(folder)
        try SmallFiles.replace(
            StoreFolder.filePath(path), with: Array(manifest.storeFile.utf8), mode: 0o644)
        unlink(Self.markerPath(path))
        try SmallFiles.syncFolder(path)
        return outcome
    }

    private static func copy(
        _ part: BackupManifest.Part, of copies: RocksBackups, to place: String
    ) throws(StoreError) {
        try copies.checkList(part.copy, checksum: part.listChecksum)
        do throws(StoreError) {
            try copies.restore(part.copy, to: place)
        } catch {
            // RocksDB finds the wrong checksum and does not say in which file.
            if error.code == .corruption {
                try copies.check(part.copy, listChecksum: part.listChecksum)
            }
            throw error
        }
    }

    /// Opens what was brought as the store that it will be, and compares it with the manifest.
    private func confirm(_ folder: StoreFolder) throws(CommandEnd) -> Outcome {
        do throws(StoreFailure) {
            var request = StoreRequest(folder: path)
            request.memory = memory
            let parts = try StoreParts(folder, request)
            defer { parts.close() }
            let group = try PartitionGroup(
                log: parts.log, states: parts.states, settings: folder.settings(request),
                feed: parts.feed)
            try group.requireRest()
            let outcome = Outcome(
                digest: group.digest.hexadecimal, events: group.eventCount)
            guard manifest.digest ?? outcome.digest == outcome.digest,
                manifest.events ?? outcome.events == outcome.events
            else {
                throw StoreFailure(
                    .damaged,
                    "backup \(manifest.id) has digest \(outcome.digest), not "
                        + "\(manifest.digest ?? "") as when it was made",
                    remedy: "restore another backup with --id")
            }
            return outcome
        } catch {
            throw CommandEnd(error, folder: path)
        }
    }

    /// Takes away what this restore brought into the folder that was empty.
    private func remove(_ folder: StoreFolder) {
        let manager = FileManager.default
        let parts =
            [
                StoreFolder.filePath(path), folder.logPath, path + "/partitions",
                StoreFolder.keyPath(path), Self.markerPath(path),
            ] + folder.partitions.map(folder.scratchPath)
        for part in parts { try? manager.removeItem(atPath: part) }
    }

    /// Makes every file and folder under `path` outlive a power loss: the engine syncs backups, not
    /// what it restores.
    private static func syncTree(_ path: String) throws(CommandEnd) {
        let walk = FileManager.default.enumerator(atPath: path)
        var folders = [path]
        while let name = walk?.nextObject() as? String {
            let place = path + "/" + name
            switch walk?.fileAttributes?[.type] as? FileAttributeType {
            case .typeDirectory: folders.append(place)
            case .typeRegular: try SmallFiles.syncFile(place)
            default: continue
            }
        }
        for folder in folders { try SmallFiles.syncFolder(folder) }
    }
}
