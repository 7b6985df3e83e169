import Foundation
import TestSupport

/// One state in which a power loss may leave a folder.
struct PowerLossRemains {
    /// Which names are there.
    enum Names: CaseIterable {
        /// Those that were synced; others as if their change had never been.
        case synced
        /// All, as a journalling file system that had just written its journal leaves them: a file
        /// that was never synced is there and empty.
        case all
    }

    /// What has come of bytes that were being synced.
    enum Tail {
        /// None of them.
        case absent
        /// A first part.
        case short
        /// The file has its size, and from some sector on zeros.
        case zeros
        /// The file has its size, and some of its pages are zeros.
        case holes
        /// All of them.
        case whole
        /// Any of these, for every file that has bytes that were not synced.
        case mixed
    }

    /// A file whose bytes are being synced: how many it has.
    struct InFlight {
        let inode: UInt64
        let bytes: Int
    }

    let names: Names
    let tail: Tail
    let inFlight: InFlight?

    private static let pageBytes = 4_096
    private static let sectorBytes = 512

    /// Makes the folder `target` as `disk` leaves it; `graves` holds every file's bytes.
    func build(
        _ disk: PowerLossDisk, graves: String, at target: String, _ random: inout SeededGenerator
    ) throws {
        let manager = FileManager.default
        try? manager.removeItem(atPath: target)
        try manager.createDirectory(atPath: target, withIntermediateDirectories: true)
        let left = names == .all ? disk.names : disk.durableNames
        var folders: Set<String> = [disk.root]
        for path in left.keys.sorted() {
            // A name is lost with the folder that holds it; sorted, folders come first.
            guard let node = left[path], folders.contains(PowerLossDisk.parent(path)) else {
                continue
            }
            let place = target + path.dropFirst(disk.root.count)
            switch node {
            case .folder:
                folders.insert(path)
                try manager.createDirectory(atPath: place, withIntermediateDirectories: false)
            case .file(let inode):
                let durable = disk.durableBytes[inode] ?? 0
                let whole = try Data(contentsOf: URL(filePath: "\(graves)/\(inode)"))
                var bytes = Data(whole.prefix(durable))
                if tail == .mixed {
                    let tails: [Tail] = [.absent, .short, .zeros, .holes, .whole]
                    bytes += Self.left(
                        of: whole.dropFirst(durable), from: durable, random.pick(tails), &random)
                } else if let inFlight, inFlight.inode == inode {
                    bytes += Self.left(
                        of: whole.prefix(inFlight.bytes).dropFirst(durable), from: durable, tail,
                        &random)
                }
                guard
                    manager.createFile(
                        atPath: place, contents: bytes, attributes: [.posixPermissions: 0o600])
                else { throw CrashSupportError("cannot write \(place)") }
            }
        }
    }

    /// What is left of `bytes`, which stand at `offset` of their file.
    private static func left(
        of bytes: Data, from offset: Int, _ tail: Tail, _ random: inout SeededGenerator
    ) -> Data {
        guard !bytes.isEmpty else { return Data() }
        let kept = random.below(bytes.count + 1)
        switch tail {
        case .absent, .mixed: return Data()
        case .whole: return bytes
        case .short: return bytes.prefix(kept)
        case .zeros:
            let written = max(0, (offset + kept) / sectorBytes * sectorBytes - offset)
            return bytes.prefix(written) + Data(count: bytes.count - written)
        case .holes:
            var left = Data()
            while left.count < bytes.count {
                let toPage = pageBytes - (offset + left.count) % pageBytes
                let count = min(toPage, bytes.count - left.count)
                left +=
                    random.chance(50)
                    ? Data(count: count) : bytes.dropFirst(left.count).prefix(count)
            }
            return left
        }
    }
}
