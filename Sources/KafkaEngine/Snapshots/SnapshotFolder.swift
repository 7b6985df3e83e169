internal import Glibc
package import IdentityModel
package import NodeRuntime

/// A folder of snapshots of one store's partitions, which all its nodes may share.
///
/// ```
/// KINDRED-SNAPSHOTS                  the mark: which store
/// 3/snapshot-<position>-<node>/      a complete snapshot of partition 3: snapshot.json and files
/// 3/writing-<node>/                  one that is being written
/// 3/removing-<position>-<node>/      one that is being removed
/// ```
///
/// A snapshot is written under another name, synced, read back and renamed: it is there whole, or
/// not at all. A file that an earlier one holds is shared by a hard link, not copied; so each of
/// them stands for itself, whoever removes another, and there is nothing that two nodes could count
/// differently. Each writes under its own name, so that two owners at once do no harm; and where
/// one takes away what another reads, that one goes on with what there is.
///
/// May be used from any thread; every call blocks.
package struct SnapshotFolder: Sendable {
    /// A complete snapshot.
    package struct Kept: Equatable, Sendable {
        /// Its folder.
        package let path: String
        /// What it is.
        package let manifest: SnapshotManifest
        /// The position that it reaches.
        package var position: UInt64 { manifest.content.position }
    }

    /// What became of adding one.
    package struct Added: Equatable, Sendable {
        /// The bytes that were copied.
        package var copiedBytes: UInt64 = 0
        /// The bytes of files that an earlier snapshot had.
        package var sharedBytes: UInt64 = 0
    }

    static let markName = "KINDRED-SNAPSHOTS"
    private static let keptPrefix = "snapshot-"
    private static let writingPrefix = "writing-"
    private static let removingPrefix = "removing-"
    /// Digits of a position in a name, so that names sort as positions do.
    private static let positionDigits = 20
    /// Seconds after which what another node has begun counts as given up: a day.
    private static let abandonedSeconds = 86_400
    /// The most bytes of the mark.
    private static let maximumMarkBytes = 1 << 16

    /// The folder.
    package let path: String
    private let store: StoreIdentity
    private let node: NodeID

    /// Opens the folder, or makes it; its parent must be there.
    ///
    /// - Throws: `StoreFailure`: it holds something else, or snapshots of another store.
    package init(_ path: String, of store: StoreIdentity, node: NodeID) throws(StoreFailure) {
        self.path = path
        self.store = store
        self.node = node
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else {
            throw SnapshotFiles.failure("cannot make the folder \(path)")
        }
        try mark()
    }

    // MARK: What there is

    /// The complete snapshots of a partition that this node could use, the oldest first.
    ///
    /// - Parameter passing: told of each that it could not, with the file and the reason.
    /// - Throws: `StoreFailure`: the folder cannot be read.
    package func kept(
        _ partition: PartitionID, passing: (StoreFailure) -> Void = { _ in }
    ) throws(StoreFailure) -> [Kept] {
        var kept: [Kept] = []
        for name in try SnapshotFiles.names(in: folder(partition))
        where name.hasPrefix(Self.keptPrefix) {
            do throws(StoreFailure) {
                kept.append(try look(folder(partition) + "/" + name, partition))
            } catch {
                passing(error)
            }
        }
        return kept
    }

    /// Looks at a snapshot but for the bytes of its files.
    private func look(_ path: String, _ partition: PartitionID) throws(StoreFailure) -> Kept {
        let name = path + "/" + SnapshotManifest.fileName
        let bytes = try SnapshotFiles.read(name, limit: SnapshotManifest.maximumBytes)
        let manifest = try SnapshotManifest(bytes ?? [], name: name)
        if let refusal = manifest.refusal(of: store, partition, name: path) { throw refusal }
        for file in manifest.files {
            let found = SnapshotFiles.byteCount(path + "/" + file.name)
            guard found == file.bytes else {
                throw Self.damaged(
                    path + "/" + file.name,
                    found.map { "has \($0) bytes, not \(file.bytes)" } ?? "is missing")
            }
        }
        return Kept(path: path, manifest: manifest)
    }

    // MARK: Adding

    /// Adds a snapshot of a partition: a copy of the database's files in the folder `source`, which
    /// nobody changes meanwhile. Complete, durable and read back when this returns.
    ///
    /// - Parameter goesOn: false once it is not wanted any more.
    /// - Throws: `StoreFailure`.
    package func add(
        _ partition: PartitionID, from source: String, _ content: SnapshotContent,
        goesOn: () -> Bool = { true }
    ) throws(StoreFailure) -> Added {
        let parent = folder(partition)
        try SnapshotFiles.makeFolder(parent, in: path)
        try clear(partition)
        let writing = parent + "/" + Self.writingPrefix + node.name
        guard mkdir(writing, 0o700) == 0 else {
            throw SnapshotFiles.failure("cannot make the folder \(writing)")
        }
        do throws(StoreFailure) {
            let added = try write(
                partition, from: source, content, in: writing, goesOn: goesOn)
            try settle(writing, as: name(content.position), in: parent)
            return added
        } catch {
            SnapshotFiles.remove(writing)
            throw error
        }
    }

    private func write(
        _ partition: PartitionID, from source: String, _ content: SnapshotContent,
        in writing: String, goesOn: () -> Bool
    ) throws(StoreFailure) -> Added {
        var earlier: [String: String] = [:]  // lookup only
        for kept in try kept(partition) {
            for file in kept.manifest.files { earlier[file.hash] = kept.path + "/" + file.name }
        }
        var added = Added()
        var files: [SnapshotManifest.File] = []
        for name in try SnapshotManifest.databaseFiles(in: source) {
            let (from, to) = (source + "/" + name, writing + "/" + name)
            let sum = try SnapshotFiles.sum(of: from, goesOn: goesOn)
            if let other = earlier[sum.hash], SnapshotFiles.share(other, as: to) {
                // Damage that came to a shared file since does not come to this snapshot, too.
                if (try? SnapshotFiles.sum(of: to, goesOn: goesOn)) == sum {
                    added.sharedBytes += sum.bytes
                    files.append(.init(name: name, bytes: sum.bytes, hash: sum.hash))
                    continue
                }
                unlink(to)
            }
            guard try SnapshotFiles.copy(from, to: to, goesOn: goesOn) == sum,
                try SnapshotFiles.sum(of: to, goesOn: goesOn) == sum
            else { throw Self.damaged(to, "was written, and reads otherwise") }
            added.copiedBytes += sum.bytes
            files.append(.init(name: name, bytes: sum.bytes, hash: sum.hash))
        }
        let manifest = SnapshotManifest(
            store, partition, content, node: node, seconds: SnapshotFiles.secondsNow,
            files: files)
        try SnapshotFiles.write(
            manifest.encoded, to: writing + "/" + SnapshotManifest.fileName)
        try SnapshotFiles.sync(writing)
        return added
    }

    /// Gives what is written its name.
    private func settle(
        _ writing: String, as name: String, in parent: String
    ) throws(StoreFailure) {
        let place = parent + "/" + name
        if rename(writing, place) != 0 {
            guard errno == EEXIST || errno == ENOTEMPTY else {
                throw SnapshotFiles.failure("cannot name \(place)")
            }
            // One of this position that this node has taken before: it was not good enough.
            remove(name, in: parent)
            guard rename(writing, place) == 0 else {
                throw SnapshotFiles.failure("cannot name \(place)")
            }
        }
        try SnapshotFiles.sync(parent)
    }

    /// Removes what this node has left half-written, and what others seem to have.
    private func clear(_ partition: PartitionID) throws(StoreFailure) {
        let parent = folder(partition)
        for name in try SnapshotFiles.names(in: parent) {
            let place = parent + "/" + name
            let isOwn = name == Self.writingPrefix + node.name
            let isBegun =
                name.hasPrefix(Self.writingPrefix) || name.hasPrefix(Self.removingPrefix)
            guard isBegun, let seconds = SnapshotFiles.secondsUnchanged(place),
                isOwn || seconds > Self.abandonedSeconds
            else { continue }
            SnapshotFiles.remove(place)
        }
    }

    // MARK: Thinning out

    /// Removes all that is older than the newest `count` complete snapshots of a partition; nothing
    /// where there are not so many.
    ///
    /// - Throws: `StoreFailure`.
    package func thinOut(_ partition: PartitionID, to count: Int) throws(StoreFailure) {
        let kept = try kept(partition)
        guard kept.count >= count, let oldest = kept.suffix(count).first else { return }
        let parent = folder(partition)
        for name in try SnapshotFiles.names(in: parent) where name.hasPrefix(Self.keptPrefix) {
            let place = parent + "/" + name
            guard place.utf8.lexicographicallyPrecedes(oldest.path.utf8) else { continue }
            remove(name, in: parent)
        }
        try SnapshotFiles.sync(parent)
    }

    /// Takes a snapshot away at once, and then its files.
    private func remove(_ name: String, in parent: String) {
        let removing =
            parent + "/" + Self.removingPrefix + name.dropFirst(Self.keptPrefix.count)
        // Where another node is at it, too, that one removes it.
        guard rename(parent + "/" + name, removing) == 0 else { return }
        SnapshotFiles.remove(removing)
    }

    // MARK: Bringing back

    /// Copies the newest snapshot of a partition that is usable into the folder `directory`, which
    /// is made anew. One that is damaged is passed over.
    ///
    /// - Parameters:
    ///   - least: the position that it must be beyond.
    ///   - passing: told of each that is passed over, with the file and the reason.
    ///   - goesOn: false once it is not wanted any more.
    ///   - accept: looks at what is in `directory`; where it throws, the next one is tried.
    /// - Returns: what was brought; nil where there is none.
    /// - Throws: `StoreFailure`: the folder cannot be read, or there is no room for a copy.
    package func bring(
        _ partition: PartitionID, after least: UInt64, to directory: String,
        passing: (StoreFailure) -> Void, goesOn: () -> Bool = { true },
        accept: (SnapshotManifest) throws(StoreFailure) -> Void
    ) throws(StoreFailure) -> SnapshotManifest? {
        var tried: [String] = []
        // Looked at anew each time: another node may have taken one away, and added one.
        while let next = try kept(partition, passing: { if tried.isEmpty { passing($0) } })
            .last(where: { $0.position > least && !tried.contains($0.path) })
        {
            tried.append(next.path)
            do throws(StoreFailure) {
                try next.manifest.fetch(into: directory, from: next.path, goesOn: goesOn) {
                    (file, offset) throws(StoreFailure) in
                    try SnapshotFiles.read(
                        next.path + "/" + file.name, from: offset,
                        limit: SnapshotManifest.pieceBytes)
                }
                try accept(next.manifest)
                return next.manifest
            } catch {
                SnapshotFiles.remove(directory)
                guard goesOn(), error.code != .noSpace else { throw error }
                passing(error)
            }
        }
        return nil
    }

    // MARK: Parts

    private func folder(_ partition: PartitionID) -> String { "\(path)/\(partition.rawValue)" }

    private func name(_ position: UInt64) -> String {
        let digits = String(position)
        let zeros = String(repeating: "0", count: Self.positionDigits - digits.utf8.count)
        return Self.keptPrefix + zeros + digits + "-" + node.name
    }

    /// Sees that the folder is of this store, or marks it where it is empty.
    private func mark() throws(StoreFailure) {
        let place = path + "/" + Self.markName
        let text = "format 1 key \(store.keyFingerprint) partitions \(store.partitions)\n"
        let names = try SnapshotFiles.names(in: path)
        if !names.contains(Self.markName) {
            // What others have begun to mark is no other use of the folder.
            guard names.allSatisfy({ $0.hasPrefix(Self.markName) || $0 == "lost+found" }) else {
                throw StoreFailure(
                    .otherConfiguration, "\(path) is not empty and holds no snapshots",
                    remedy: "name a new or an empty folder (--snapshots)")
            }
            let own = place + "." + node.name
            unlink(own)
            try SnapshotFiles.write(Array(text.utf8), to: own)
            // Where another node was first, its mark stands, and is compared.
            guard link(own, place) == 0 || errno == EEXIST || rename(own, place) == 0 else {
                throw SnapshotFiles.failure("cannot write \(place)")
            }
            unlink(own)
            try SnapshotFiles.sync(path)
        }
        let found = try SnapshotFiles.read(place, limit: Self.maximumMarkBytes) ?? []
        guard found.elementsEqual(text.utf8) else {
            throw StoreFailure(
                .otherConfiguration, "\(path) holds snapshots of another store",
                remedy: "name this store's own folder (--snapshots)")
        }
    }

    private static func damaged(_ file: String, _ what: String) -> StoreFailure {
        StoreFailure(.damaged, "\(file) \(what)", remedy: "remove that snapshot")
    }
}
