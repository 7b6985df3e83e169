package import NodeRuntime

/// A log, or a change feed, on RocksDB alone, without a store around it: for the tests of what
/// every port keeps.
package final class LogProbe {
    private let folder: String
    private var opened: RocksLog?

    /// The database in a folder, which need not be there yet.
    package init(folder: String) { self.folder = folder }

    deinit { opened?.close() }

    /// Opens it as a log; what was opened before is let go of.
    ///
    /// - Throws: `StoreFailure`.
    package func log() throws(StoreFailure) -> some LogPort { try open() }

    /// Opens it as a change feed; what was opened before is let go of.
    ///
    /// - Throws: `StoreFailure`.
    package func feed() throws(StoreFailure) -> any FeedPort { try open() }

    private func open() throws(StoreFailure) -> RocksLog {
        let isNew = opened == nil
        opened?.close()
        let log = try RocksLog(directory: folder, isNew: isNew, memory: .unlimited)
        opened = log
        return log
    }
}
