internal import Answers
internal import Foundation
internal import GraphCore
internal import IdentityModel
internal import NodeKeys
internal import RocksStore

/// What makes copies of a store's databases one backup: which copies belong together, and the
/// store's two small files. It is written last, so a backup without one is none.
///
/// It holds the store's key, so its file is the owner's alone (mode 0600).
struct BackupManifest: Codable, Equatable {
    /// The layout of a backup folder that this program writes, and the latest that it reads.
    static let format = 1

    /// A copy of one database in its own folder of copies.
    struct Part: Codable, Equatable {
        /// The partition; nil for the log, which is all partitions'.
        var partition: UInt16?
        /// The copy's number there.
        var copy: UInt32
        /// The CRC-32C of the copy's list of files.
        var listChecksum: UInt32
        /// The bytes of the copy's files, those shared with other copies included.
        var bytes: UInt64

        private enum CodingKeys: String, CodingKey {
            case partition, copy, bytes
            case listChecksum = "list_checksum"
        }
    }

    /// The layout of the backup folder.
    var format = BackupManifest.format
    /// The backup's number in its folder; numbers rise.
    var id: Int
    /// When it was complete, RFC 3339.
    var time: String
    /// The release that made it.
    var release: String
    /// What the store's key is known by.
    var keyFingerprint: String
    /// The logical digest of what it holds; nil where the store was written to meanwhile.
    var digest: String?
    /// The events folded into what it holds; nil where the store was written to meanwhile.
    var events: UInt64?
    /// The bytes that this backup added to its folder.
    var addedBytes: UInt64
    /// The logs.
    var log: Part
    /// The checkpoints, by partition.
    var states: [Part]
    /// `store.json`.
    var storeFile: String
    /// `node-key`: the secret itself.
    var nodeKey: String
    /// A hash over all the other members.
    private var checksum = ""

    private enum CodingKeys: String, CodingKey {
        case format, id, time, release, digest, events, log, states, checksum
        case keyFingerprint = "key_fingerprint"
        case addedBytes = "added_bytes"
        case storeFile = "store_file"
        case nodeKey = "node_key"
    }

    /// The description of a backup that is complete but for it.
    init(
        id: Int, time: String, store: StoreFolder, log: Part, states: [Part], addedBytes: UInt64,
        content: BackupSource.Content?
    ) {
        self.id = id
        self.time = time
        release = Release.version
        keyFingerprint = store.key.fingerprintText
        digest = content?.digest
        events = content?.events
        self.addedBytes = addedBytes
        self.log = log
        self.states = states
        storeFile = String(decoding: store.file.encoded, as: UTF8.self)
        nodeKey = store.key.hexadecimal
    }

    /// The bytes of all its databases' files.
    var bytes: UInt64 { states.reduce(log.bytes) { $0 + $1.bytes } }

    /// The file's bytes.
    var encoded: [UInt8] {
        var manifest = self
        manifest.checksum = computedChecksum
        return Array(JSONText.encode(manifest).utf8) + [UInt8(ascii: "\n")]
    }

    /// Reads a manifest; nil where it is damaged.
    ///
    /// - Throws: `CommandEnd` where a later release wrote it.
    static func read(_ path: String) throws(CommandEnd) -> BackupManifest? {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw .failed("cannot read \(path)", remedy: "give this user the right to read it")
        }
        guard let manifest = try? JSONDecoder().decode(BackupManifest.self, from: data),
            manifest.checksum == manifest.computedChecksum
        else {
            try BackupFolder.refuseNewer(data, path)
            return nil
        }
        try BackupFolder.refuseNewer(data, path)
        return manifest
    }

    private var computedChecksum: String {
        var manifest = self
        manifest.checksum = ""
        return HexadecimalText.print(Mixing.hash(Array(JSONText.encode(manifest).utf8).span))
    }
}
