/// What a backup came to.
struct BackupAnswer: Codable, Equatable {
    /// Its number in its folder.
    let id: Int
    /// The logical digest of what it holds; nil where the store was written to meanwhile.
    let digest: String?
    /// The events folded into what it holds; nil where the store was written to meanwhile.
    let events: UInt64?
    /// The bytes of its files.
    let bytes: UInt64
    /// The bytes that it added to its folder.
    let addedBytes: UInt64
    /// How long it took.
    let seconds: Double

    private enum CodingKeys: String, CodingKey {
        case id, digest, events, bytes, seconds
        case addedBytes = "added_bytes"
    }

    /// The answer out of what the backup holds.
    init(_ manifest: BackupManifest, seconds: Double) {
        id = manifest.id
        digest = manifest.digest
        events = manifest.events
        bytes = manifest.bytes
        addedBytes = manifest.addedBytes
        self.seconds = seconds
    }
}
