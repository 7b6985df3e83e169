internal import IdentityModel
internal import NodeKeys
internal import NodeRuntime
internal import RocksStore

/// A store as a backup needs it: open databases, which may be written to meanwhile.
struct BackupSource {
    /// What a store that stands still can say of itself.
    struct Content {
        let digest: String
        let events: UInt64
    }

    /// What the store is.
    let store: StoreFolder
    /// All partitions' logs.
    let log: RocksLog
    /// Each partition's checkpoints.
    let states: [(partition: PartitionID, state: RocksState)]
    /// What it holds, if nothing is written to it meanwhile.
    let content: Content?
}

/// Takes a consistent copy of a store.
///
/// **The order is what makes it consistent.** The checkpoints are copied first, each as it stands
/// at some moment, at a position in its log. Then the log is synced and copied: it holds at least
/// all that those checkpoints have folded, because records are appended before they are folded.
/// So the copy is a store as a kill at the moment of the log's copying would have left it, only
/// with older checkpoints, and opens like that: by folding the tail. The other way about, a
/// checkpoint could stand behind the end of the copied log, which is a lost log and is refused.
///
/// In between, the log must keep what lies behind the older checkpoints: trims are held for as
/// long as this takes. A checkpoint that is due meanwhile is written all the same, and trims less.
enum StoreBackup {
    /// Copies the store into the folder; complete and durable when this returns.
    ///
    /// Every block of the store is read and checked first: a backup of damage is worth nothing,
    /// and would push the good ones out.
    ///
    /// - Throws: `CommandEnd`. What was copied in vain is cleared away by a later backup.
    static func take(
        _ source: BackupSource, into folder: BackupFolder
    ) throws(CommandEnd) -> BackupManifest {
        let entries = try folder.entries()
        try refuseAnotherStore(source, folder, entries)
        let before = folder.byteCount()
        source.log.trims.hold()
        defer { source.log.trims.release() }
        var states: [BackupManifest.Part] = []
        for (partition, state) in source.states {
            states.append(
                try copy(
                    state.database, to: folder.stateCopies(partition.rawValue),
                    partition: partition, source))
        }
        try storeFailing(source) { () throws(StoreError) in try source.log.database.syncLog() }
        let log = try copy(
            source.log.database, to: folder.logCopies(), partition: nil, source)
        let manifest = BackupManifest(
            id: (entries.last?.id ?? 0) + 1, time: TimeText.printNow(), store: source.store,
            log: log, states: states,
            addedBytes: folder.byteCount() - min(before, folder.byteCount()),
            content: source.content)
        try folder.add(manifest)
        return manifest
    }

    private static func copy(
        _ database: RocksDatabase, to copies: RocksBackups, partition: PartitionID?,
        _ source: BackupSource
    ) throws(CommandEnd) -> BackupManifest.Part {
        try storeFailing(source) { () throws(StoreError) in try database.verifyChecksums() }
        return try BackupFolder.doing(copies.path) { () throws(StoreError) in
            let copy = try copies.add(database)
            return BackupManifest.Part(
                partition: partition?.rawValue, copy: copy.number,
                listChecksum: try copies.listChecksum(of: copy.number), bytes: copy.byteCount)
        }
    }

    private static func refuseAnotherStore(
        _ source: BackupSource, _ folder: BackupFolder, _ entries: [BackupFolder.Entry]
    ) throws(CommandEnd) {
        let fingerprint = source.store.key.fingerprintText
        for entry in entries {
            guard let other = entry.manifest?.keyFingerprint, other != fingerprint else { continue }
            throw .failed(
                "\(folder.path) holds backups of a store with another key (\(other), not "
                    + "\(fingerprint))",
                remedy: "name another folder")
        }
    }

    private static func storeFailing(
        _ source: BackupSource, _ body: () throws(StoreError) -> Void
    ) throws(CommandEnd) {
        do throws(StoreError) {
            try body()
        } catch {
            throw CommandEnd(StoreFailure(error), folder: source.store.path)
        }
    }
}
