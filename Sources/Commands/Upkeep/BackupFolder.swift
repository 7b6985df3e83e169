internal import Foundation
internal import IdentityModel
internal import NodeRuntime
internal import RocksStore

/// A folder of backups of one store.
///
/// ```
/// KINDRED-BACKUPS       the mark: {"format":1}
/// backup-00000007.json  a complete backup (BackupManifest), mode 0600: it holds the key
/// log/, state-N/        the copies of the databases (RocksBackups)
/// ```
final class BackupFolder {
    /// One backup by its number.
    struct Entry {
        let id: Int
        /// What it is; nil where that cannot be read.
        let manifest: BackupManifest?
    }

    private static let markName = "KINDRED-BACKUPS"
    private static let prefix = "backup-"
    private static let suffix = ".json"

    /// The folder.
    let path: String
    private let lock: StoreLock?
    private var opened: [String: RocksBackups] = [:]  // lookup only

    /// Opens a folder to write in, or makes it: one that is absent, empty or holds backups.
    ///
    /// - Throws: `CommandEnd` that says what to do.
    init(toWriteIn path: String) throws(CommandEnd) {
        self.path = path
        try Self.make(path)
        guard access(path, W_OK) == 0 else {
            throw .failed(
                "cannot write in \(path)", remedy: "name a folder where this user may write")
        }
        let names = try Self.names(in: path)
        if names.contains(Self.markName) {
            lock = try StoreLock(folder: path)
            try Self.checkMark(path)
            return
        }
        guard names.isEmpty else {
            throw .failed(
                "\(path) is not empty and holds no backups", remedy: "name a new or an empty folder"
            )
        }
        lock = try StoreLock(folder: path)
        try SmallFiles.replace(
            path + "/" + Self.markName,
            with: Array("{\"format\":\(BackupManifest.format)}\n".utf8), mode: 0o644)
    }

    /// Opens a folder to read from; it may lie on a read-only disk.
    ///
    /// - Throws: `CommandEnd` that says what to do.
    init(toReadFrom path: String) throws(CommandEnd) {
        self.path = path
        guard FileManager.default.fileExists(atPath: path + "/" + Self.markName) else {
            throw .failed(
                "\(path) holds no backups",
                remedy: "name the folder that 'kindred backup' was given")
        }
        lock = access(path, W_OK) == 0 ? try StoreLock(folder: path) : nil
        try Self.checkMark(path)
    }

    // MARK: What it holds

    /// The backups, the oldest first.
    func entries() throws(CommandEnd) -> [Entry] {
        var entries: [Entry] = []
        for name in try Self.names(in: path) {
            guard let id = Self.id(name) else { continue }
            entries.append(Entry(id: id, manifest: try BackupManifest.read(path + "/" + name)))
        }
        return entries.sorted { $0.id < $1.id }
    }

    /// The backup of that number, or the newest.
    ///
    /// - Throws: `CommandEnd` where there is none, or its manifest is damaged.
    func manifest(_ id: Int?) throws(CommandEnd) -> BackupManifest {
        let entries = try entries()
        guard let entry = id == nil ? entries.last : entries.first(where: { $0.id == id }) else {
            let ids = entries.map { "\($0.id)" }.joined(separator: ", ")
            throw .failed(
                id.map { "\(path) holds no backup \($0)" } ?? "\(path) holds no complete backup",
                remedy: ids.isEmpty
                    ? "make one with 'kindred backup'" : "give one of these with --id: \(ids)")
        }
        guard let manifest = entry.manifest else {
            let others = entries.filter { $0.manifest != nil }.map { "\($0.id)" }
            throw .failed(
                "\(manifestPath(entry.id)) is damaged",
                remedy: others.isEmpty
                    ? "use another folder of backups"
                    : "restore another backup with --id: \(others.joined(separator: ", "))")
        }
        return manifest
    }

    /// Copies of the log's database.
    func logCopies() throws(CommandEnd) -> RocksBackups { try copies("log") }

    /// Copies of a partition's checkpoints.
    func stateCopies(_ partition: UInt16) throws(CommandEnd) -> RocksBackups {
        try copies("state-\(partition)")
    }

    /// Copies that a part of a manifest is one of.
    func copies(of part: BackupManifest.Part) throws(CommandEnd) -> RocksBackups {
        if let partition = part.partition { return try stateCopies(partition) }
        return try logCopies()
    }

    /// The bytes of all the folder's files.
    func byteCount() -> UInt64 {
        var bytes: UInt64 = 0
        let walk = FileManager.default.enumerator(atPath: path)
        while walk?.nextObject() != nil {
            let attributes = walk?.fileAttributes
            guard attributes?[.type] as? FileAttributeType == .typeRegular else { continue }
            bytes += (attributes?[.size] as? NSNumber)?.uint64Value ?? 0
        }
        return bytes
    }

    // MARK: Changing it

    /// Makes a backup complete: after this it is there, also after a power loss.
    func add(_ manifest: BackupManifest) throws(CommandEnd) {
        try SmallFiles.replace(manifestPath(manifest.id), with: manifest.encoded, mode: 0o600)
    }

    /// Removes all but the newest `count` backups that can be read.
    ///
    /// The manifests go first: a backup whose copies are gone in part is no longer listed. Copies
    /// of backups that never became complete go with those that are older than what is kept.
    func keep(newest count: Int) throws(CommandEnd) {
        let entries = try entries()
        let kept = entries.compactMap(\.manifest).suffix(count)
        guard let oldest = kept.first, oldest.id != entries.first?.id else { return }
        for entry in entries where entry.id < oldest.id {
            guard unlink(manifestPath(entry.id)) == 0 else {
                throw .failed(
                    "cannot remove \(manifestPath(entry.id)): \(String(cString: strerror(errno)))",
                    remedy: "give this user the right to write there")
            }
        }
        try SmallFiles.syncFolder(path)
        for part in [oldest.log] + oldest.states {
            let copies = try copies(of: part)
            let newer = copies.copies.count { $0.number >= part.copy }
            try Self.doing(path) { () throws(StoreError) in try copies.keep(newest: newer) }
        }
    }

    /// Refuses what a later release wrote.
    static func refuseNewer(_ data: Data, _ path: String) throws(CommandEnd) {
        struct Version: Decodable { var format: Int }
        guard let version = try? JSONDecoder().decode(Version.self, from: data) else { return }
        guard version.format > BackupManifest.format else { return }
        throw .failed(
            "\(path) has format \(version.format); this release reads up to "
                + "\(BackupManifest.format)",
            remedy: Remedy.upgrade)
    }

    /// Calls the database's backups and gives their errors a command's words.
    static func doing<Answer>(
        _ path: String, _ body: () throws(StoreError) -> Answer
    ) throws(CommandEnd) -> Answer {
        do throws(StoreError) {
            return try body()
        } catch {
            let reason =
                error.reason.contains(path) ? error.reason : "\(path): \(error.reason)"
            // The word for a damaged store would send the reader back here.
            let remedy =
                error.code == .corruption
                ? "restore another backup ('--list' shows them), or copy the folder anew"
                : error.remedy
            throw .failed(reason, remedy: remedy)
        }
    }

    // MARK: Names

    private func copies(_ name: String) throws(CommandEnd) -> RocksBackups {
        if let known = opened[name] { return known }
        let folder = path + "/" + name
        let copies = try Self.doing(folder) { () throws(StoreError) in
            try RocksBackups(path: folder)
        }
        opened[name] = copies
        return copies
    }

    private func manifestPath(_ id: Int) -> String {
        let digits = String(id)
        let zeros = String(repeating: "0", count: max(0, 8 - digits.count))
        return "\(path)/\(Self.prefix)\(zeros)\(digits)\(Self.suffix)"
    }

    private static func id(_ name: String) -> Int? {
        guard name.hasPrefix(prefix), name.hasSuffix(suffix) else { return nil }
        return Int(name.dropFirst(prefix.count).dropLast(suffix.count))
    }

    /// The names in the folder but those that locks and file systems leave there.
    static func names(in path: String) throws(CommandEnd) -> [String] {
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: path) else {
            throw .failed(
                "cannot read the folder \(path)", remedy: "give this user the right to read it")
        }
        return names.filter { $0 != "LOCK" && $0 != "lost+found" }
    }

    private static func make(_ path: String) throws(CommandEnd) {
        do {
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700])
        } catch {
            throw .failed(
                "cannot make the folder \(path)",
                remedy: "name a folder where this user may write")
        }
    }

    private static func checkMark(_ path: String) throws(CommandEnd) {
        let mark = path + "/" + markName
        guard let data = FileManager.default.contents(atPath: mark) else {
            throw .failed("cannot read \(mark)", remedy: "give this user the right to read it")
        }
        try refuseNewer(data, mark)
    }
}
