import Foundation
import IdentityModel
import KafkaEngine
import NodeRuntime
import Testing

/// A folder of snapshots, and folders of files that are taken for databases; removed when the test
/// lets go.
final class SnapshotSite {
    static let partition = PartitionID(3)

    let root: String
    /// The folder of snapshots.
    var shelf: String { root + "/shelf" }
    /// What every snapshot is brought to.
    var incoming: String { root + "/incoming" }

    init() throws {
        var template = Array((NSTemporaryDirectory() + "/kindred-snapshots-XXXXXX").utf8CString)
        try #require(mkdtemp(&template) != nil)
        root = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit { try? FileManager.default.removeItem(atPath: root) }

    // MARK: What there is to add

    static func identity(
        key: UInt64 = 0xab, partitions: UInt16 = 12, digest: UInt64 = 0x10
    ) -> StoreIdentity {
        var node = EngineFixture.node(partitions)
        node.configurationDigest = digest
        return StoreIdentity(node, keyFingerprint: key)
    }

    static func content(_ position: UInt64, logicVersion: UInt64 = 1) -> SnapshotContent {
        SnapshotContent(
            position: position, logicVersion: logicVersion, digest: "d\(position)",
            fullDigest: "f\(position)")
    }

    /// The folder as a node has it.
    func folder(
        _ node: String = "a", of identity: StoreIdentity = identity()
    ) throws -> SnapshotFolder {
        try SnapshotFolder(shelf, of: identity, node: try #require(NodeID(node)))
    }

    /// A folder of files.
    func source(_ name: String, _ files: [(name: String, text: String)]) throws -> String {
        let path = root + "/" + name
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: false)
        for file in files {
            try Data(file.text.utf8).write(to: URL(filePath: path + "/" + file.name))
        }
        return path
    }

    /// Adds a snapshot of a position with a file of its own and one that all have.
    func add(
        _ position: UInt64, by node: String = "a", logicVersion: UInt64 = 1
    ) throws {
        let path = try source(
            "source-\(node)-\(position)",
            [
                ("CURRENT", "at \(position)\n"), ("000001.sst", "of all"),
                ("000002.sst", "\(position)"),
            ])
        _ = try folder(node).add(
            Self.partition, from: path, Self.content(position, logicVersion: logicVersion))
    }

    // MARK: What there is

    /// The positions of the complete snapshots.
    func positions(_ node: String = "a") throws -> [UInt64] {
        try folder(node).kept(Self.partition).map(\.position)
    }

    /// Brings the newest snapshot beyond a position: its position, and why others were passed over.
    func bring(after least: UInt64 = 0) throws -> (position: UInt64?, passed: [String]) {
        var passed: [String] = []
        let found = try folder().bring(
            Self.partition, after: least, to: incoming, passing: { passed.append($0.reason) },
            accept: { _ in })
        return (found?.content.position, passed)
    }

    /// The folder of a snapshot.
    func path(_ position: UInt64, by node: String = "a") -> String {
        let digits = String(position)
        let zeros = String(repeating: "0", count: 20 - digits.count)
        return "\(shelf)/3/snapshot-\(zeros)\(digits)-\(node)"
    }

    static func names(in path: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: path).sorted()
    }

    static func text(_ path: String) throws -> String {
        try String(contentsOfFile: path, encoding: .utf8)
    }

    /// The number of a file on its disk.
    static func number(_ path: String) throws -> UInt64 {
        let found = try FileManager.default.attributesOfItem(atPath: path)[.systemFileNumber]
        return try #require((found as? NSNumber)?.uint64Value)
    }
}
