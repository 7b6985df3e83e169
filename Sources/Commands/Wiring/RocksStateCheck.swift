internal import Foundation
internal import NodeRuntime
internal import RocksStore

// Looking at a database of checkpoints before it is opened to be changed.
extension RocksState {
    /// Looks whether the database in `directory` is whole. Where it lacks the file that it was
    /// taking in when its disk failed, gives that back to it; changes nothing else of it.
    ///
    /// When the MANIFEST names a new file and cannot be synced, RocksDB 7.8 takes the whole
    /// ingestion back and removes the file; but the MANIFEST may well reach the disk, and then
    /// names a file that is gone. The sorted file itself is still in `scratch`. That it is the one
    /// that is missing, RocksDB finds out: the MANIFEST holds its size and its unique id.
    ///
    /// - Throws: `StoreFailure` that names what is lost or damaged.
    static func check(directory: String, scratch: String) throws(StoreFailure) {
        try storing { () throws(StoreError) in
            do throws(StoreError) {
                try look(directory)
            } catch {
                guard error.code == .corruption, let file = error.file, file.hasSuffix(".sst"),
                    SmallFiles.parent(of: file) == directory,
                    try giveBack(file, from: scratch, directory)
                else { throw error }
            }
        }
    }

    /// Removes the sorted files in `scratch`, which a database that is whole has no use for.
    static func clear(scratch: String) {
        for name in sortedFiles(in: scratch) { unlink(scratch + "/" + name) }
    }

    private static func sortedFiles(in scratch: String) -> [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: scratch)) ?? []
        return names.filter { $0.hasSuffix(".sst") }.sorted()
    }

    private static func look(_ directory: String) throws(StoreError) {
        try RocksDatabase.check(directory: directory, options: .state)
    }

    /// Gives a file that is missing its name back, if it is one of those in `scratch`.
    private static func giveBack(
        _ file: String, from scratch: String, _ directory: String
    ) throws(StoreError) -> Bool {
        for name in sortedFiles(in: scratch) {
            guard link(scratch + "/" + name, file) == 0 else { return false }
            do throws(StoreError) {
                try look(directory)
                // The name must be durable before `scratch` is emptied.
                guard (try? SmallFiles.syncFolder(directory)) == nil else { return true }
                unlink(file)
                return false
            } catch {
                unlink(file)
            }
        }
        return false
    }
}
