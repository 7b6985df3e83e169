internal import Foundation
package import IdentityModel
internal import NodeKeys
package import NodeRuntime
internal import PartitionCore

/// What makes files a snapshot of a partition: which store and partition, how far in its log, and
/// each file's size and hash. Written last of all that a snapshot has.
package struct SnapshotManifest: Codable, Equatable, Sendable {
    /// The layout of a snapshot that this release writes, and the latest that it reads.
    package static let format = 1
    /// The manifest's name beside the files.
    package static let fileName = "snapshot.json"
    /// The most bytes of a manifest: 16 MiB, some hundred thousand files.
    package static let maximumBytes = 16 << 20
    /// The most bytes of a file's name.
    private static let maximumNameBytes = 255

    /// One of the database's files.
    package struct File: Codable, Equatable, Sendable {
        /// Its name, without a folder.
        package let name: String
        /// Its size.
        package let bytes: UInt64
        /// The BLAKE2b-256 of its bytes: 64 hexadecimal digits.
        package let hash: String
    }

    /// The layout of the snapshot.
    package let format: Int
    /// The store.
    package let store: StoreIdentity
    /// The partition.
    package let partition: UInt16
    /// What the state holds.
    package let content: SnapshotContent
    /// The name of the node that took it.
    package let node: String
    /// When, in seconds since 1970 by that node's clock: for people.
    package let seconds: Int64
    /// Its files, by name.
    package let files: [File]
    /// A hash over all the other members.
    private var checksum = ""

    /// What a snapshot of these files is.
    init(
        _ store: StoreIdentity, _ partition: PartitionID, _ content: SnapshotContent,
        node: NodeID, seconds: Int64, files: [File]
    ) {
        format = Self.format
        self.store = store
        self.partition = partition.rawValue
        self.content = content
        self.node = node.name
        self.seconds = seconds
        self.files = files
        checksum = computedChecksum
    }

    /// Reads a manifest.
    ///
    /// - Parameter name: what errors call it.
    /// - Throws: `StoreFailure`: `newerFormat`, or `damaged`.
    package init(_ bytes: [UInt8], name: String) throws(StoreFailure) {
        struct Version: Decodable { let format: Int }
        let decoder = JSONDecoder()
        let data = Data(bytes)
        if let version = try? decoder.decode(Version.self, from: data),
            version.format > Self.format
        {
            throw StoreFailure(
                .newerFormat,
                "\(name) has format \(version.format); this release reads up to \(Self.format)",
                remedy: Remedy.upgrade)
        }
        guard let manifest = try? decoder.decode(Self.self, from: data),
            manifest.checksum == manifest.computedChecksum, manifest.hasPlainNames
        else {
            throw StoreFailure(
                .damaged, "\(name) is not the manifest that was written",
                remedy: "remove that snapshot")
        }
        self = manifest
    }

    /// The file's bytes: JSON, members by name.
    package var encoded: [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(self) else {
            preconditionFailure("a manifest holds nothing that JSON lacks")
        }
        return Array(data)
    }

    /// What names the snapshot: no other has it.
    package var id: String { checksum }

    /// The bytes of all its files.
    package var bytes: UInt64 { files.reduce(0) { $0 + $1.bytes } }

    /// Why a node of the store `own` cannot use the snapshot for a partition; nil: it can.
    package func refusal(
        of own: StoreIdentity, _ partition: PartitionID, name: String
    ) -> StoreFailure? {
        guard self.partition == partition.rawValue else {
            return StoreFailure(
                .otherConfiguration,
                "\(name) is of partition \(self.partition), not of \(partition.rawValue)",
                remedy: "put it where it was")
        }
        guard PartitionMachine.knownLogic.contains(content.logicVersion) else {
            return StoreFailure(
                logic: content.logicVersion, of: name, known: PartitionMachine.knownLogic)
        }
        return store.refusal(of: own, name)
    }

    /// Whether each file has a name of its own that leads to no other folder.
    private var hasPlainNames: Bool {
        let names = files.map(\.name)
        return Set(names).count == names.count
            && names.allSatisfy {
                !$0.isEmpty && $0 != "." && $0 != ".." && $0 != Self.fileName
                    && $0.utf8.count <= Self.maximumNameBytes
                    && !$0.utf8.contains(UInt8(ascii: "/")) && !$0.utf8.contains(0)
            }
    }

    private var computedChecksum: String {
        var manifest = self
        manifest.checksum = ""
        let hasher = ContentHasher()
        manifest.encoded.withUnsafeBytes { hasher.add($0) }
        return hasher.finish()
    }
}
