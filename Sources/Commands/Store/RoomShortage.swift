internal import Foundation
internal import NodeRuntime

/// A disk with too little room to open a store for writing: it is opened for reading alone, so
/// that questions are still answered.
///
/// Opening for writing writes: manifests, and the log's tail as a sorted file, as it does with what
/// the change feed got last.
struct RoomShortage {
    /// Bytes that must be free beside what those take.
    static let reserveBytes: UInt64 = 16 << 20

    /// Why something is not written.
    let failure: StoreFailure

    /// The shortage of a store's disk, or of one where a store is to be made; nil where there is
    /// room.
    init?(ofStoreIn path: String) {
        var tail: UInt64 = 0
        for folder in [path + "/log", path + "/changes"] {
            let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
            for name in names where name.hasSuffix(".log") {
                tail += FileStatus(folder + "/" + name)?.byteCount ?? 0
            }
        }
        self.init(at: path, needed: tail + Self.reserveBytes)
    }

    /// The shortage of so many bytes on the disk that holds `path`; nil where there is room.
    init?(at path: String, needed: UInt64) {
        var status = statvfs()
        guard statvfs(path, &status) == 0 else { return nil }
        let available = UInt64(status.f_bavail) * UInt64(status.f_frsize)
        guard available < needed else { return nil }
        failure = Self.failure(
            "No space left: the disk of \(path) has \(ByteText.print(available)) free, and "
                + "\(ByteText.print(needed)) are needed to write")
    }

    /// The shortage that an opening for writing ran into.
    init(cause: StoreFailure) { failure = Self.failure(cause.reason) }

    private static func failure(_ reason: String) -> StoreFailure {
        StoreFailure(
            .noSpace, reason,
            remedy:
                "free space on that disk, then run this again; until then stats, digest, resolve, "
                + "explain and component answer")
    }
}
