import Foundation
import Testing

/// `kindred bench`: each phase gives its figures and cleans up, and refuses what makes no sense.
/// What the figures are is the machine's.
@Suite("Command line: benchmarks", .serialized)
struct BenchTests {
    /// The figures of each phase, with their units, at one partition or at several.
    private static let figures: [String: [String: String]] = [
        "replay": [
            "links per CPU-second": "links/CPU-s", "links per second": "links/s",
            "processor": "CPU-s", "wall": "s",
        ],
        "repeats": [
            "links per CPU-second": "links/CPU-s", "links per second": "links/s",
            "processor": "CPU-s", "wall": "s",
        ],
        "resolve": [
            "on the thread, one at a time, p50": "us", "on the thread, one at a time, p99": "us",
            "on the thread, one at a time, p99.9": "us",
            "on the thread, batches of 1,000": "ids/s", "by mailbox, one at a time, p50": "us",
            "by mailbox, one at a time, p99": "us", "by mailbox, 16 tasks, p50": "us",
            "by mailbox, 16 tasks, p99": "us", "by mailbox, 16 tasks, rate": "ids/s",
        ],
        "unlink": [
            "retail, a file of unlinks": "unlinks/s",
            "retail, the same per CPU-second": "unlinks/CPU-s",
            "retail, logged one by one, rate": "unlinks/s",
            "retail, logged one by one, p50": "us", "retail, logged one by one, p99": "us",
            "2,000 members: in a cycle, p50": "ms", "2,000 members: in a cycle, worst": "ms",
            "2,000 members: of a bridge, p50": "ms", "2,000 members: of a bridge, worst": "ms",
            "2,000 members: of any link, p50": "ms", "2,000 members: of any link, p99": "ms",
            "2,000 members: of any link, worst": "ms",
        ],
        "restart": [
            "ready": "s", "events in the tail": "events", "log records in the tail": "records",
            "identifiers in the store": "identifiers", "kindred stats, whole process": "s",
            "the same": "CPU-s",
        ],
        "checkpoint": ["checkpoints stored": "checkpoints"],
        "memory": [
            "the graph's own count": "B/identifier", "identifiers": "identifiers",
            "growth of the process, with RocksDB": "B/identifier",
        ],
        "disk": ["on disk": "B/link"],
        "partitions": [
            "2 partitions against one": "times", "1 partition, wall": "s",
            "1 partition, processor": "CPU-s", "2 partitions, wall": "s",
            "2 partitions, processor": "CPU-s",
        ],
        "tight": [
            "links per second": "links/s", "links per CPU-second": "links/CPU-s", "memory": "MB",
            "the graph in it at the end": "MB",
        ],
    ]
    /// How many links a phase needs, where 2,000 are too few: a tail must be more than the batch
    /// that a killed process never acknowledged, and a graph more than the least memory.
    private static let links = ["restart": 40_000, "tight": 210_000]
    /// Figures that a machine, a file system or a number of partitions may not have: with a reason.
    private static let conditional: [String: [String: String]] = [
        "checkpoint": [
            "pause p50": "ms", "pause p99": "ms", "pause longest": "ms",
            "waited for a checkpoint": "s",
        ],
        "disk": ["written": "B/link"],
        "unlink": [
            "answers elsewhere meanwhile": "ms", "answers elsewhere meanwhile, p50": "ms",
            "answers elsewhere meanwhile, p99": "ms", "answers elsewhere meanwhile, longest": "ms",
        ],
    ]

    private static func bench(
        _ test: TestStore, links: Int = 2_000, _ words: String...
    ) throws -> JSONValue {
        let done = try test.run(["bench", "--links", "\(links)", "--json"] + words)
        try #require(done.status == 0, "\(words): \(done.errors)")
        return try done.json
    }

    private static func number(_ value: JSONValue) -> Double? {
        if case .number(let number) = value { number } else { nil }
    }

    /// A figure's numbers are positive, and its median lies between its least and greatest.
    private static func check(_ figure: JSONValue, rounds: Int) throws {
        let name = try figure["name"].string
        let values = figure["values"].list.compactMap(number)
        guard let median = number(figure["median"]) else {
            #expect(values.isEmpty && figure["least"] == .null && figure["greatest"] == .null)
            #expect(try figure["reason"].string.count > 10, "\(name) says why")
            return
        }
        let (least, greatest) = (number(figure["least"]) ?? -1, number(figure["greatest"]) ?? -1)
        #expect(figure["reason"] == .null && (1...rounds).contains(values.count), "\(name)")
        #expect(values.min() == least && values.max() == greatest, "\(name)")
        #expect(least <= median && median <= greatest, "\(name)")
        let isWait = name == "waited for a checkpoint"
        #expect(isWait ? least >= 0 : least > 0, "\(name): \(values)")
        // 2,000 links are no measure of what is wanted of 10 M.
        #expect(figure["met"] == .null, "\(name)")
        #expect((figure["goal"] == .null) == (figure["goal_is"] == .null), "\(name)")
    }

    @Test(arguments: figures.keys.sorted())
    func shouldMeasureEachPhaseByItself(_ phase: String) throws {
        let test = try TestStore(partitions: 1)
        let links = Self.links[phase] ?? 2_000
        let answer = try Self.bench(test, links: links, phase, "--rounds", "1")
        #expect(answer["links"].integer == links && answer["rounds"].integer == 1)
        #expect(answer["machine"]["cores"].integer > 0)
        #expect(try answer["machine"]["processor"].string.isEmpty == false)
        #expect(try answer["machine"]["rocksdb"].string.contains("."))
        #expect(answer["phases"].list.count == 1)
        let part = answer["phases"][0]
        #expect(try part["name"].string == phase)
        #expect(try part["explanation"].string.count > 10)
        var expected = try #require(Self.figures[phase])
        let conditional = Self.conditional[phase] ?? [:]
        for figure in part["figures"].list {
            let name = try figure["name"].string
            let unit = expected.removeValue(forKey: name) ?? conditional[name]
            #expect(try figure["unit"].string == unit, "\(name)")
            try Self.check(figure, rounds: 1)
        }
        #expect(expected.isEmpty, "\(expected.keys.sorted()) are missing")
        let left = try FileManager.default.contentsOfDirectory(atPath: test.folder)
        #expect(left.isEmpty, "nothing stays: \(left)")
    }

    @Test func shouldMeasureSeveralPhasesInRoundsUnderAFolder() throws {
        let test = try TestStore(partitions: 2)
        let folder = test.folder + "/elsewhere"
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: false)
        let answer = try Self.bench(
            test, "unlink", "disk", "--rounds", "3", "--data", folder, "--output", "answer",
            "--durability", "fsync")
        #expect(answer["partitions"].integer == 2)
        #expect(try answer["durability"].string == "fsync")
        // In their own order, however they were named.
        #expect(try answer["phases"].list.map { try $0["name"].string } == ["unlink", "disk"])
        for part in answer["phases"].list {
            for figure in part["figures"].list {
                try Self.check(figure, rounds: 3)
                let values = figure["values"].list
                #expect(figure["median"] == .null || values.count == 3)
            }
        }
        let elsewhere = answer["phases"][0]["figures"].list.filter {
            (try? $0["name"].string.hasPrefix("answers elsewhere meanwhile")) == true
        }
        #expect(!elsewhere.isEmpty)
        #expect(try JSONValue(test.read(test.folder + "/answer")) == answer)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty)
    }

    @Test(arguments: links.keys.sorted())
    func shouldSayWhyWhatCannotBeMeasuredIsNot(_ phase: String) throws {
        let test = try TestStore()
        let answer = try Self.bench(test, phase, "--rounds", "1")
        #expect(answer["phases"][0]["figures"].list.count == 1)
        let ready = answer["phases"][0]["figures"][0]
        try Self.check(ready, rounds: 1)
        #expect(try ready["reason"].string.contains("--links") && ready["median"] == .null)
    }

    @Test func shouldTellNothingOfAGraphInMemoryThatIsNotThere() throws {
        let test = try TestStore(partitions: 1)
        let answer = try Self.bench(
            test, links: 100_000, "memory", "resolve", "--rounds", "1", "--memory", "32MiB")
        #expect(answer["phases"].list.count == 2)
        for part in answer["phases"].list {
            #expect(!part["figures"].list.isEmpty)
            for figure in part["figures"].list {
                try Self.check(figure, rounds: 1)
                #expect(try figure["reason"].string.contains("--memory"))
            }
        }
    }

    @Test func shouldPrintATableOfNarrowLines() throws {
        let test = try TestStore()
        let done = try test.run("bench", "replay", "memory", "--links", "2000", "--rounds", "2")
        #expect(done.status == 0, "\(done.errors)")
        #expect(done.lines.contains { $0.hasPrefix("replay: ") })
        #expect(done.lines.contains { $0.contains("links/CPU-s") && $0.contains(" to ") })
        #expect(done.lines.allSatisfy { $0.count <= 100 }, "\(done.text)")
    }

    @Test func shouldListItsPhases() throws {
        let test = try TestStore()
        let list = try test.run("bench", "--list")
        #expect(list.status == 0)
        let names = list.lines.compactMap { $0.split(separator: " ").first.map(String.init) }
        #expect(names.sorted() == Self.figures.keys.sorted())
        let help = try test.run("bench", "--help")
        for line in list.lines { #expect(help.text.contains(line)) }
    }

    @Test(arguments: [
        ["bench", "http"], ["bench", "--links", "0"], ["bench", "--links", "-1"],
        ["bench", "--links", "10000000001"], ["bench", "--rounds", "0"],
        ["bench", "--rounds", "1001"], ["bench", "--partitions", "0"],
        ["bench", "--memory", "1MiB"], ["bench", "--durability", "none"],
        ["bench", "--seed", "-1"],
    ])
    func shouldEndWithTwoWhereTheCommandLineIsWrong(_ words: [String]) throws {
        let test = try TestStore()
        let done = try test.run(words)
        #expect(done.status == 2, "\(words): \(done.errors)")
        #expect(done.output.isEmpty && !done.errors.isEmpty)
    }

    @Test func shouldRefuseWhatTheDiskHasNoRoomFor() throws {
        let test = try TestStore()
        let done = try test.run("bench", "--links", "10000000000")
        #expect(done.status == 3)
        #expect(done.errors.contains("free; name a folder on a larger disk with --data"))
        let missing = try test.run("bench", "--links", "10", "--data", "nowhere")
        #expect(missing.status == 3 && missing.errors.contains("nowhere"))
        #expect(try FileManager.default.contentsOfDirectory(atPath: test.folder).isEmpty)
    }

    /// While it folds in this process, and while others of its own do.
    @Test(arguments: ["replay", "restart"])
    func shouldCleanUpWhereItIsInterrupted(_ phase: String) throws {
        let test = try TestStore()
        let child = try test.start(["bench", phase, "--links", "300000", "--rounds", "1000"])
        #expect(child.waitForErrors { $0.contains("round 1 of 1000: \(phase)") })
        usleep(300_000)
        child.send(SIGINT)
        let done = try child.finish()
        #expect(done.status == 130, "\(done.errors)")
        #expect(done.output.isEmpty && done.errors.contains("what was made is removed"))
        #expect(try FileManager.default.contentsOfDirectory(atPath: test.folder).isEmpty)
    }
}
