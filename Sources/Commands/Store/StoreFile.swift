internal import Foundation
internal import GraphCore
internal import IdentityModel
internal import NodeRuntime

/// `store.json`: what a store is for its whole life. Written once at creation and again when
/// namespaces are added.
struct StoreFile: Codable, Equatable {
    /// The layout of the data folder that this program writes, and the latest that it opens.
    static let format = 1

    /// The layout of the data folder.
    var format: Int
    /// What keeps the store's logs; nil: the data folder.
    var engine: Engine?
    /// How many partitions the store has.
    var partitions: UInt16
    /// What the store's key is known by.
    var keyFingerprint: String
    /// The revision of what normalisation steps do.
    var normalization: Int
    /// Whether namespaces that are not named are refused.
    var strict: Bool
    /// The named namespaces.
    var namespaces: [Entry]
    /// The digest of all that gives identifiers their keys.
    var configurationDigest: String
    /// What the digest was before namespaces were added.
    var earlierDigests: [String]
    /// A hash over all the other members.
    private var checksum = ""

    /// One namespace.
    struct Entry: Codable, Equatable {
        var name: String
        var priority: UInt16
        var normalize: [String]
        var sensitive: Bool
    }

    private enum CodingKeys: String, CodingKey {
        case format, engine, partitions, normalization, strict, namespaces, checksum
        case keyFingerprint = "key_fingerprint"
        case configurationDigest = "configuration_digest"
        case earlierDigests = "earlier_digests"
    }

    /// The description of a new store.
    init(
        partitions: UInt16, table: NamespaceTable, keyFingerprint: UInt64,
        engine: Engine = .embedded
    ) {
        format = Self.format
        self.engine = engine == .embedded ? nil : engine
        self.partitions = partitions
        self.keyFingerprint = HexadecimalText.print(keyFingerprint)
        normalization = NodeSettings.normalizationRevision
        strict = table.isStrict
        namespaces = table.namespaces.map {
            Entry(
                name: $0.name, priority: $0.priority,
                normalize: $0.normalization.map(\.rawValue), sensitive: $0.isSensitive)
        }
        configurationDigest = HexadecimalText.print(
            NodeSettings.digest(keyFingerprint: keyFingerprint, namespaces: table))
        earlierDigests = []
    }

    /// The namespaces as a table; nil where an entry says what this program does not know.
    var table: NamespaceTable? {
        var table: [Namespace] = []
        for entry in namespaces {
            let steps = entry.normalize.compactMap(NormalizationStep.init(rawValue:))
            guard steps.count == entry.normalize.count, Namespace.isValid(entry.name.utf8),
                !table.contains(where: { $0.name == entry.name })
            else { return nil }
            table.append(
                Namespace(
                    name: entry.name, priority: entry.priority, normalization: steps,
                    isSensitive: entry.sensitive))
        }
        return NamespaceTable(namespaces: table, isStrict: strict)
    }

    /// The number of partitions for a person.
    var partitionsText: String { partitions == 1 ? "1 partition" : "\(partitions) partitions" }

    /// Reads `store.json`, and checks it against its own digest.
    ///
    /// - Throws: `CommandEnd` that says what to do.
    static func read(_ path: String) throws(CommandEnd) -> StoreFile {
        guard let data = SmallFiles.read(path) else {
            throw .failed("cannot read \(path)", remedy: "give this user the right to read it")
        }
        return try decode(data, path)
    }

    /// Reads the bytes of a `store.json`; `path` names them in errors.
    static func decode(_ data: Data, _ path: String) throws(CommandEnd) -> StoreFile {
        struct Version: Decodable { var format: Int }
        if let version = try? JSONDecoder().decode(Version.self, from: data),
            version.format > format
        {
            throw .failed(
                "\(path) has format \(version.format); this release reads up to \(format)",
                remedy: Remedy.upgrade)
        }
        guard let file = try? JSONDecoder().decode(StoreFile.self, from: data),
            file.checksum == file.computedChecksum, let table = file.table,
            NodeSettings.partitionCounts.contains(file.partitions),
            let fingerprint = UInt64(file.keyFingerprint, radix: 16),
            file.configurationDigest
                == HexadecimalText.print(
                    NodeSettings.digest(keyFingerprint: fingerprint, namespaces: table))
        else {
            throw .failed("\(path) is damaged", remedy: Remedy.bringBack)
        }
        guard file.normalization == NodeSettings.normalizationRevision else {
            throw .failed(
                "\(path) names normalisation \(file.normalization), not "
                    + "\(NodeSettings.normalizationRevision)",
                remedy: Remedy.upgrade)
        }
        return file
    }

    /// The file's bytes.
    var encoded: [UInt8] {
        var file = self
        file.checksum = computedChecksum
        return file.json + [UInt8(ascii: "\n")]
    }

    private var computedChecksum: String {
        var file = self
        file.checksum = ""
        return HexadecimalText.print(Mixing.hash(file.json.span))
    }

    private var json: [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(self) else {
            preconditionFailure("a store's description holds nothing that JSON lacks")
        }
        return Array(data)
    }

    /// Whether both describe the same store.
    static func == (left: StoreFile, right: StoreFile) -> Bool { left.encoded == right.encoded }
}
