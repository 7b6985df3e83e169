import Commands
import Foundation
import TestSupport
import Testing

/// Damage of every kind that one byte can take: found, or without effect; never a wrong answer.
@Suite("Flipped bytes and torn ends") struct FlipTests {
    /// What a store answers as a whole.
    private struct Answers: Equatable {
        let digest: String
        let export: [UInt8]
    }

    private enum Outcome {
        case harmless
        /// Refused with this line.
        case refused(String)
        /// Opened, and the verifier found this.
        case found(String)
        case wrong
    }

    /// In a file that is chosen evenly half of the time, so that small ones are hit as well.
    @Test func shouldFindAFlippedByteOrNotMindIt() throws {
        let folder = try BackupScratch()
        let image = try Self.makeStore(folder("store"))
        let expected = try Self.answers(folder("store"), of: image)
        var random = SeededGenerator(seed: 21)
        var (refused, harmless) = (0, 0)
        let places = image.files.indices.filter { !image.files[$0].bytes.isEmpty }
        let total = image.byteCount
        for _ in 0..<(TestBudget.isNightly ? 10_000 : 300) {
            var index = random.pick(places)
            if random.chance(50) {
                var place = random.below(total)
                index = 0
                while place >= image.files[index].bytes.count {
                    place -= image.files[index].bytes.count
                    index += 1
                }
            }
            let (name, bytes) = image.files[index]
            let place = random.below(bytes.count)
            var changed = bytes
            changed[place] ^= UInt8(1 + random.below(255))
            try image.write(to: folder("store"), changed: index, bytes: changed)
            let what: Comment = "\(name), byte \(place) of \(bytes.count) is now \(changed[place])"
            switch Self.outcome(folder("store"), expected) {
            case .harmless: harmless += 1
            case .refused(let line):
                refused += 1
                #expect(Self.names(line, folder("store"), name), "\(what): \(line)")
                #expect(line.contains("kindred restore") || line.contains("release"), "\(line)")
            case .found(let finding):
                Issue.record("only the verifier found it: \(what): \(finding)")
            case .wrong: Issue.record("a wrong answer, and no fault found: \(what)")
            }
        }
        if TestBudget.isNightly { print("\(refused) flips found, \(harmless) harmless") }
        #expect(refused > harmless)
    }

    /// The write-ahead log of the log's database, cut at every byte of its last 64 KiB.
    @Test func shouldOpenAPrefixOfATornLog() throws {
        let folder = try BackupScratch()
        var digests: [UInt64: String] = [:]
        let tailBytes = 64 << 10
        do {
            let probe = try StoreProbe(folder: folder("store"), key: BackupEvents.key)
            try probe.fold(BackupEvents.mixed(200, seed: 22))
            try probe.checkpoint()
            digests[probe.events] = probe.digest
            for record in BackupEvents.mixed(1_600, seed: 23).runs(of: 5) {
                try probe.fold(Array(record))
                digests[probe.events] = probe.digest
            }
            probe.close()
        }
        let image = try BackupFolderImage(of: folder("store"))
        let logs = image.files.indices.filter {
            image.files[$0].name.hasPrefix("log/") && image.files[$0].name.hasSuffix(".log")
        }
        let log = try #require(logs.last)
        let bytes = image.files[log].bytes
        try #require(bytes.count > tailBytes)
        var (opened, refused) = (Set<UInt64>(), 0)
        var before: UInt64 = 0
        // The last of the cuts is none.
        let step = TestBudget.isNightly ? 1 : 256
        for end in stride(from: bytes.count - tailBytes, through: bytes.count, by: step) {
            try image.write(to: folder("store"), changed: log, bytes: Array(bytes[..<end]))
            do {
                let probe = try StoreProbe(folder: folder("store"))
                defer { probe.close() }
                #expect(digests[probe.events] == probe.digest, "cut at \(end)")
                #expect(probe.events >= before, "cut at \(end), more is lost than before")
                before = probe.events
                opened.insert(probe.events)
            } catch {
                #expect(error.message.contains(folder("store")), "cut at \(end): \(error.message)")
                refused += 1
            }
        }
        // A cut is what a power loss leaves: all of these open.
        #expect(refused == 0)
        #expect(before == digests.keys.max(), "what is not cut is all there")
        #expect(opened.count > 100)
    }

    /// Each file of a store, taken away alone.
    @Test func shouldFindAMissingFileOrNotMindIt() throws {
        let folder = try BackupScratch()
        let store = folder("store")
        let image = try Self.makeStore(store)
        let expected = try Self.answers(store, of: image)
        var missed: [String] = []
        for (name, _) in image.files {
            try image.write(to: store)
            unlink(store + "/" + name)
            switch Self.outcome(store, expected) {
            case .refused(let line):
                missed.append(name)
                // The write-ahead log's own name is known to nobody but itself.
                let isNamed = line.contains(name) || line.contains("\(store)/log/*.log")
                #expect(isNamed, "\(name): \(line)")
                #expect(line.contains("kindred restore"), "\(line)")
            case .harmless: continue
            case .found(let finding): Issue.record("only the verifier found it: \(finding)")
            case .wrong: Issue.record("a wrong answer without \(name)")
            }
        }
        // Locks, options, information logs and the checkpoints' empty logs are made anew.
        let needed = image.files.map(\.name).filter { name in
            name.hasSuffix(".sst") || name.contains("MANIFEST") || name.hasSuffix("CURRENT")
                || ["store.json", "node-key"].contains(name)
                || name.hasPrefix("log/") && name.hasSuffix(".log")
        }
        #expect(missed == needed)
    }

    /// The last word of a sorted file's properties: RocksDB alone would end the process there.
    @Test func shouldRefuseDamagedPropertiesOfASortedFile() throws {
        let folder = try BackupScratch()
        let image = try Self.makeStore(folder("store"))
        let expected = try Self.answers(folder("store"), of: image)
        let index = try #require(image.files.lastIndex { $0.name.hasSuffix(".sst") })
        let (name, bytes) = image.files[index]
        // The meta index names the properties right behind their block.
        let end = try #require(Self.lastPlace(of: Array("rocksdb.properties".utf8), in: bytes))
        var (refused, guarded) = (0, 0)
        for place in end - 140..<end + 20 {
            var changed = bytes
            changed[place] ^= 0x80
            try image.write(to: folder("store"), changed: index, bytes: changed)
            switch Self.outcome(folder("store"), expected) {
            case .refused(let line):
                #expect(Self.names(line, folder("store"), name), "byte \(place): \(line)")
                refused += 1
                guarded += line.contains("its properties have no index") ? 1 : 0
            case .found, .harmless: continue
            case .wrong: Issue.record("a wrong answer: byte \(place) of \(name)")
            }
        }
        #expect(refused > 100)
        #expect(guarded >= 1)
    }

    // MARK: Parts

    /// Whether the line names the file. RocksDB cannot tell whose properties contradict the
    /// MANIFEST, so those files are named together.
    private static func names(_ line: String, _ folder: String, _ name: String) -> Bool {
        let base = (name as NSString).lastPathComponent
        return line.contains("\(folder)/\(name)")
            || line.contains(folder) && line.contains("one of its sorted files")
                && line.contains(base)
    }

    private static func lastPlace(of word: [UInt8], in bytes: [UInt8]) -> Int? {
        (0..<max(0, bytes.count - word.count)).last {
            bytes[$0] == word[0] && bytes[$0..<$0 + word.count].elementsEqual(word)
        }
    }

    /// A store with checkpoints that lie over one another, a trimmed log and a tail.
    private static func makeStore(_ path: String) throws -> BackupFolderImage {
        let probe = try StoreProbe(folder: path, key: BackupEvents.key)
        try probe.fold(BackupEvents.star)
        for (index, record) in BackupEvents.mixed(600, seed: 24).runs(of: 30).enumerated() {
            try probe.fold(Array(record))
            if index % 5 == 4, index < 15 { try probe.checkpoint() }
        }
        probe.close()
        // Opened once more: what lay in the log's memory table is a sorted file now.
        let again = try StoreProbe(folder: path)
        try again.fold(BackupEvents.mixed(60, seed: 25))
        again.close()
        return try BackupFolderImage(of: path)
    }

    private static func answers(_ path: String, of image: BackupFolderImage) throws -> Answers {
        try image.write(to: path)
        let probe = try StoreProbe(folder: path)
        defer { probe.close() }
        return Answers(digest: probe.digest, export: try probe.export())
    }

    private static func outcome(_ path: String, _ expected: Answers) -> Outcome {
        do {
            let probe = try StoreProbe(folder: path)
            defer { probe.close() }
            let answers = Answers(digest: probe.digest, export: try probe.export())
            let faults = try probe.faults()
            if let first = faults.first { return .found(first) }
            return answers == expected ? .harmless : .wrong
        } catch {
            return .refused(error.message)
        }
    }
}
