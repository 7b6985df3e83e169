import Foundation

/// Sets of events with known answers, from others: `sets.tar.xz` in `../shared/data` beside the
/// repository, or in $KINDRED_SHARED_DATA. They are no part of the repository.
enum SharedSets {
    /// The archive; nil where there is none.
    private static let archive: String? = {
        let given = ProcessInfo.processInfo.environment["KINDRED_SHARED_DATA"]
        let path = (given ?? TestStore.repository + "/../shared/data") + "/sets.tar.xz"
        return FileManager.default.isReadableFile(atPath: path) ? path : nil
    }()

    /// Whether there is an archive.
    static var isThere: Bool { archive != nil }

    /// The store whose folder the archive is unpacked in, for the life of the process.
    private static let unpacked: String? = {
        guard let archive else { return nil }
        var template = Array((NSTemporaryDirectory() + "/kindred-sets-XXXXXX").utf8CString)
        guard mkdtemp(&template) != nil else { return nil }
        let folder = String(
            decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        removal = folder
        atexit { try? FileManager.default.removeItem(atPath: SharedSets.removal) }
        let tar = try? ChildProcess(
            ["tar", "-xJf", archive, "-C", folder], environment: ["PATH": "/usr/bin:/bin"],
            folder: folder
        ).finish()
        return tar?.status == 0 ? folder + "/converted" : nil
    }()
    // nonisolated(unsafe): written once before the function that reads it is registered.
    nonisolated(unsafe) private static var removal = ""

    /// The names of the sets that hold events and what comes of them.
    static let names: [String] = {
        guard let unpacked else { return [] }
        let names = (try? FileManager.default.contentsOfDirectory(atPath: unpacked)) ?? []
        return names.filter { name in
            ["links.jsonl", "expected.csv"].allSatisfy {
                FileManager.default.fileExists(atPath: "\(unpacked)/\(name)/\($0)")
            }
        }.sorted()
    }()

    /// A file of a set.
    static func path(_ name: String, _ file: String) -> String {
        "\(unpacked ?? "")/\(name)/\(file)"
    }
}

/// The orders of the same events that must not matter.
enum EventOrder: String, CaseIterable {
    case given
    case reversed
    case shuffled
    case repeated
    case swapped

    /// The lines in this order, the same at every run.
    func apply(to text: [UInt8]) -> [UInt8] {
        var lines = text.split(separator: UInt8(ascii: "\n"))
        var generator = SplitMix(state: 0x4B69_6E64_7265_6421)
        switch self {
        case .given: break
        case .reversed: lines.reverse()
        case .shuffled: lines.shuffle(using: &generator)
        case .repeated:
            for _ in 0..<(lines.count / 10 + 1) {
                guard let line = lines.randomElement(using: &generator) else { break }
                lines.append(line)
            }
            lines.shuffle(using: &generator)
        case .swapped: lines = lines.map { Self.swap($0)[...] }
        }
        return Array(lines.joined(separator: [UInt8(ascii: "\n")])) + [UInt8(ascii: "\n")]
    }

    /// The line with `a` and `b` changed for each other: inside a JSON string a quote is escaped,
    /// so `"a":` is the key.
    private static func swap(_ line: ArraySlice<UInt8>) -> [UInt8] {
        var bytes = Array(line)
        guard bytes.count >= 4 else { return bytes }
        for place in 0..<bytes.count - 3
        where bytes[place] == UInt8(ascii: "\"") && bytes[place + 2] == UInt8(ascii: "\"")
            && bytes[place + 3] == UInt8(ascii: ":")
        {
            switch bytes[place + 1] {
            case UInt8(ascii: "a"): bytes[place + 1] = UInt8(ascii: "b")
            case UInt8(ascii: "b"): bytes[place + 1] = UInt8(ascii: "a")
            default: break
            }
        }
        return bytes
    }
}

/// Vigna's SplitMix64: the same numbers at every run.
struct SplitMix: RandomNumberGenerator {
    /// Where it is.
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
        return value ^ value >> 31
    }
}
