package import IdentityModel
package import NodeRuntime

// A manifest and the files that it is of.
extension SnapshotManifest {
    /// The most bytes of a piece of a file: 4 MiB.
    package static let pieceBytes = 4 << 20
    /// What RocksDB keeps beside a database's files, and is no part of it.
    private static let foreignNames = ["LOCK", "LOG"]

    /// The names of a database's files in a folder, in the order of their bytes.
    ///
    /// - Throws: `StoreFailure`.
    static func databaseFiles(in directory: String) throws(StoreFailure) -> [String] {
        try SnapshotFiles.names(in: directory).filter { name in
            !foreignNames.contains { name == $0 || name.hasPrefix($0 + ".") }
        }
    }

    /// What a snapshot of a database's files in a folder is, which nobody changes meanwhile. Reads
    /// all of them.
    ///
    /// - Parameter goesOn: false once it is not wanted any more.
    /// - Throws: `StoreFailure`.
    package init(
        describing directory: String, _ store: StoreIdentity, _ partition: PartitionID,
        _ content: SnapshotContent, node: NodeID, goesOn: () -> Bool
    ) throws(StoreFailure) {
        var files: [File] = []
        for name in try Self.databaseFiles(in: directory) {
            let sum = try SnapshotFiles.sum(of: directory + "/" + name, goesOn: goesOn)
            files.append(File(name: name, bytes: sum.bytes, hash: sum.hash))
        }
        self.init(
            store, partition, content, node: node, seconds: SnapshotFiles.secondsNow, files: files)
    }

    /// A piece of one of the files in a folder, from an offset on; nil where the manifest has no
    /// such file.
    ///
    /// - Throws: `StoreFailure`.
    package func piece(
        of name: String, from offset: UInt64, in directory: String
    ) throws(StoreFailure) -> [UInt8]? {
        guard let file = files.first(where: { $0.name == name }), offset <= file.bytes else {
            return nil
        }
        return try SnapshotFiles.read(
            directory + "/" + name, from: offset, limit: Self.pieceBytes)
    }

    /// Gets all files, piece by piece, into a folder that is made anew. Durable, and every file's
    /// hash compared, when this returns.
    ///
    /// - Parameters:
    ///   - source: what errors call the place that they come from.
    ///   - goesOn: false once it is not wanted any more.
    ///   - piece: the bytes of a file from an offset on, as many as it likes; none at its end.
    /// - Throws: `StoreFailure`; `damaged` where a file is not what the manifest says.
    package func fetch(
        into directory: String, from source: String, goesOn: () -> Bool,
        piece: (_ file: File, _ offset: UInt64) throws(StoreFailure) -> [UInt8]
    ) throws(StoreFailure) {
        try SnapshotFiles.makeNew(directory)
        for file in files {
            let sum = try SnapshotFiles.write(
                directory + "/" + file.name, atMost: file.bytes, goesOn: goesOn
            ) { (offset) throws(StoreFailure) in try piece(file, offset) }
            guard sum == SnapshotFiles.Sum(bytes: file.bytes, hash: file.hash) else {
                throw StoreFailure(
                    .damaged, "\(source)/\(file.name) does not match the hash in its manifest",
                    remedy: "remove that snapshot")
            }
        }
        try SnapshotFiles.sync(directory)
    }
}
