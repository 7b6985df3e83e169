import Foundation
import GraphCore
import IdentityModel
import NodeKeys
import NodeRuntime
import TestSupport
import WireFormat

/// A stream of events in a file, and what an undisturbed replay holds after each of its
/// micro-batches: folded here in memory, record by record, with no files and no checkpoints.
final class CrashStream {
    /// The file of events.
    let path: String
    /// The key file of every store that is made from it.
    let keyPath: String
    /// A file without events.
    let emptyPath: String
    /// How many lines it has.
    let lineCount: Int
    /// How many lines are folded after each micro-batch, from 0 on.
    private(set) var boundaries: [Int] = [0]
    private var digests: [Int: String] = [:]  // lookup only

    private static let key = "000102030405060708090a0b0c0d0e0f"

    /// A stream of `lines` as `kindred generate` makes it, with unlinks.
    convenience init(lines: Int, seed: Int, in folder: CrashFolder) throws {
        let path = folder("events-\(seed).jsonl")
        _ = try CrashAnswer.expect(
            [
                "generate", "--links", "\(lines)", "--seed", "\(seed)", "--unlinks", "2",
                "--output", path,
            ], in: folder)
        try self.init(path: path, in: folder)
    }

    /// The stream that stands in a file of JSON Lines.
    init(path: String, in folder: CrashFolder) throws {
        self.path = path
        keyPath = folder("key")
        emptyPath = folder("empty.jsonl")
        try Data((Self.key + "\n").utf8).write(to: URL(filePath: keyPath))
        try Data().write(to: URL(filePath: emptyPath))
        let bytes = Array(try Data(contentsOf: URL(filePath: path)))
        lineCount = bytes.count { $0 == UInt8(ascii: "\n") }
        try fold(bytes)
    }

    private func fold(_ bytes: [UInt8]) throws {
        let key = try StoreKey(hexadecimal: Self.key)
        let runtime = try PartitionRuntime(
            PartitionID(0), log: MemoryLog(), state: MemoryState(),
            settings: NodeSettings(
                namespaces: .open,
                configurationDigest: NodeSettings.digest(
                    keyFingerprint: key.fingerprint, namespaces: .open)))
        var router = EventRouter(hasher: NodeKeyHasher(key: key))
        var decoder = JSONEventDecoder(options: EventDecoderOptions(namespaces: .open))
        digests[0] = runtime.digest.hexadecimal
        var number = 0
        for line in bytes.split(separator: UInt8(ascii: "\n")) {
            number += 1
            guard case .event(let event) = decoder.decode(line.span, lineNumber: number),
                router.add(event, in: decoder.scratch.bytes.span) == nil
            else { throw CrashSupportError("line \(number) of the stream is refused") }
            if router.isFull || number == lineCount {
                _ = try runtime.append(router.takeRecord(runtime.recordHead))
                digests[number] = runtime.digest.hexadecimal
                boundaries.append(number)
            }
        }
    }

    /// The digest of the first `lines`; nil where no micro-batch ends there.
    func digest(of lines: Int) -> String? { digests[lines] }

    /// The digest of the whole stream.
    var digest: String? { digests[lineCount] }

    /// The arguments that replay the stream, or a part of it.
    func replay(
        into store: CrashStore, from line: Int = 1, durability: Durability = .os,
        checkpointEvents: Int, file: String? = nil
    ) -> [String] {
        [
            "replay", "--data", store.path, "--key-file", keyPath, "--progress-every", "0.000001",
            "--checkpoint-events", "\(checkpointEvents)", "--durability", durability.rawValue,
            "--from-line", "\(line)", file ?? path,
        ]
    }

    /// A file of the first `lines` lines.
    func prefix(_ lines: Int, in folder: CrashFolder) throws -> String {
        let bytes = try Data(contentsOf: URL(filePath: path))
        var left = lines
        let end = bytes.firstIndex { byte in
            if byte == UInt8(ascii: "\n") { left -= 1 }
            return left == 0
        }
        let path = folder("prefix.jsonl")
        try bytes.prefix(through: end ?? bytes.endIndex - 1).write(to: URL(filePath: path))
        return path
    }
}
