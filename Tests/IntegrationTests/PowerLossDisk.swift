import Foundation

/// What a disk holds for certain at one moment of a journal.
///
/// The strictest reading of POSIX: bytes of a file are durable once it was synced, a name once its
/// folder was synced, whatever else came first. File systems promise more, each something else.
struct PowerLossDisk {
    /// What a name stands for.
    enum Node: Equatable {
        case folder
        case file(inode: UInt64)
    }

    /// The watched folder.
    let root: String
    /// Names as the running system sees them.
    private(set) var names: [String: Node] = [:]
    /// Names that are on disk.
    private(set) var durableNames: [String: Node] = [:]
    /// Bytes of each file that are on disk.
    private(set) var durableBytes: [UInt64: Int] = [:]  // lookup only
    /// Events that were acknowledged so far, by this process.
    private(set) var acknowledged = 0
    /// Those of them that the last complete checkpoint held.
    private(set) var checkpointed = 0
    /// How many checkpoints were begun and completed.
    private(set) var checkpoints = (begun: 0, completed: 0)
    /// Those that were acknowledged when a log was last synced: a checkpoint is made behind that,
    /// beside a writer that goes on.
    private var acknowledgedAtLogSync = 0
    private var acknowledgedAtCheckpoint = 0
    /// Folders whose sync has begun, with their names at that time.
    private var syncs: [Int: (folder: String, names: [String: Node])] = [:]  // lookup only

    /// A disk that holds everything that lies under `root`, which gets its second names.
    init(root: String, graves: String) throws {
        self.root = root
        let manager = FileManager.default
        for name in try manager.subpathsOfDirectory(atPath: root) {
            let path = root + "/" + name
            let attributes = try manager.attributesOfItem(atPath: path)
            if attributes[.type] as? FileAttributeType == .typeDirectory {
                names[path] = .folder
                continue
            }
            guard let inode = attributes[.systemFileNumber] as? Int,
                let size = attributes[.size] as? Int
            else { throw CrashSupportError("cannot look at \(path)") }
            names[path] = .file(inode: UInt64(inode))
            durableBytes[UInt64(inode)] = size
            let grave = "\(graves)/\(inode)"
            if !manager.fileExists(atPath: grave) {
                try manager.linkItem(atPath: path, toPath: grave)
            }
        }
        durableNames = names
    }

    /// Goes on by one line of the journal.
    mutating func apply(_ entry: PowerLossJournal.Entry) {
        switch entry {
        case .create(let inode, let path):
            names[path] = .file(inode: inode)
            durableBytes[inode] = 0
            if path.hasSuffix("/scratch/checkpoint.sst") {
                checkpoints.begun += 1
                acknowledgedAtCheckpoint = acknowledgedAtLogSync
            }
        case .truncate(let inode): durableBytes[inode] = 0
        case .makeFolder(let path): names[path] = .folder
        case .link(let from, let to): names[to] = names[from]
        case .rename(let from, let to):
            names[to] = names[from]
            names[from] = nil
        case .unlink(let path):
            names[path] = nil
            if path.hasSuffix("/scratch/checkpoint.sst") {
                checkpoints.completed += 1
                checkpointed = acknowledgedAtCheckpoint
            }
        case .sync(let inode, let bytes):
            durableBytes[inode] = bytes
            let isLog = names.contains {
                $0.value == .file(inode: inode) && $0.key.hasSuffix(".log")
            }
            if isLog { acknowledgedAtLogSync = acknowledged }
        case .beginFolderSync(let number, let path):
            syncs[number] = (path, names.filter { Self.parent($0.key) == path })
        case .endFolderSync(let number):
            guard let (folder, synced) = syncs.removeValue(forKey: number) else { return }
            durableNames = durableNames.filter { Self.parent($0.key) != folder }
            durableNames.merge(synced) { $1 }
        case .said(let line): acknowledged = CrashProcess.acknowledged(line) ?? acknowledged
        }
    }

    /// The path of the folder that holds `path`.
    static func parent(_ path: String) -> String { (path as NSString).deletingLastPathComponent }
}
