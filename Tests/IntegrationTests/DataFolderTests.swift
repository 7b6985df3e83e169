import Foundation
import Testing

/// Data folders that cannot be used: one line says why and what to do, and nothing changes.
@Suite("Data folder")
struct DataFolderTests {
    @Test func shouldRefuseAFile() throws {
        let test = try TestStore()
        try test.write("data", "precious")
        for words in [
            ["stats"], ["replay", "-"], ["replay", "-", "--dry-run"], ["verify"],
            ["link", "a:1", "b:1", "--source", "x"],
        ] {
            let done = try test.run(words)
            expectRefusal(done, naming: test.data)
            #expect(done.errors.contains("is a file"))
        }
        let below = try test.run("stats", "--data", test.data + "/below")
        expectRefusal(below, naming: test.data)
        #expect(try test.read(test.data) == Array("precious".utf8))
    }

    @Test func shouldRefuseAFolderThatMayNotBeWritten() throws {
        let test = try TestStore()
        try test.json("link", "a:1", "b:1", "--source", "x")
        try test.shell("chmod -R a+rX data; chmod 755 .; mkdir -m 555 empty")
        let before = try listing(test)
        for line in [
            "kindred stats", "kindred link c:1 d:1 --source x", "kindred stats --data empty",
            "kindred stats --data empty/below",
        ] {
            let done = try test.asNobody(line)
            expectRefusal(done, naming: line.contains("empty") ? "empty" : test.data)
        }
        #expect(try listing(test) == before)
    }

    @Test func shouldNameTheProcessThatHoldsIt() throws {
        let test = try TestStore()
        let holder = try test.start(["replay", "-"])
        _ = holder.write(Array("\n".utf8))
        while !test.exists(test.data + "/partitions/0/CURRENT") { usleep(10_000) }
        for words in [
            ["stats"], ["verify"], ["replay", "-"], ["replay", "-", "--dry-run"],
            ["link", "a:1", "b:1", "--source", "x"],
        ] {
            let done = try test.run(words)
            expectRefusal(done, naming: "held by another process (\(holder.identifier))")
        }
        #expect(try holder.finish().status == 0)
        #expect(try test.run("stats").status == 0)
    }

    @Test func shouldRefuseANewerFormat() throws {
        let test = try filled()
        try test.shell("sed -i 's/\"format\" : 1/\"format\" : 2, \"more\" : []/' data/store.json")
        try expectUnchangedRefusal(test, naming: "has format 2")
    }

    @Test func shouldRefuseAnotherKey() throws {
        let test = try filled()
        try test.shell("echo 000102030405060708090a0b0c0d0e0f > data/node-key")
        try expectUnchangedRefusal(test, naming: "node-key is not the key")
        try test.shell("echo nonsense > data/node-key")
        try expectUnchangedRefusal(test, naming: "node-key")
    }

    @Test func shouldRefuseADamagedDescription() throws {
        for change in ["s/\"strict\" : false/\"strict\" : true/", "s/}//", "d"] {
            let test = try filled()
            try test.shell("sed -i '\(change)' data/store.json")
            try expectUnchangedRefusal(test, naming: "store.json")
        }
    }

    @Test(arguments: [
        "store.json", "node-key", "log", "partitions", "partitions/0", "log partitions",
        "log/*", "partitions/0/*", "store.json node-key", "log/CURRENT", "partitions/0/CURRENT",
        "log/MANIFEST-*", "partitions/0/MANIFEST-*",
    ])
    func shouldRefuseAStoreThatHasLostAPart(_ part: String) throws {
        let test = try filled()
        try test.shell("cd data && rm -r \(part)")
        try expectUnchangedRefusal(test, naming: test.data)
    }

    @Test(arguments: ["log", "partitions/0"])
    func shouldRefuseAStoreThatHasLostASortedFile(_ folder: String) throws {
        let names = try filled().sortedFiles(folder)
        #expect(!names.isEmpty)
        for index in names.indices {
            let test = try filled()
            let name = try test.sortedFiles(folder)[index]
            try FileManager.default.removeItem(atPath: "\(test.data)/\(folder)/\(name)")
            try expectUnchangedRefusal(test, naming: name)
            let cut = try filled()
            try cut.shell("truncate -s -1 data/\(folder)/\(cut.sortedFiles(folder)[index])")
            try expectUnchangedRefusal(cut, naming: "\(folder)")
        }
    }

    /// The log's last records lie in its write-ahead log alone until it is opened again.
    @Test func shouldFindALogThatHasLostItsEnd() throws {
        let test = try filled()
        try test.shell("rm data/log/*.log")
        let done = try test.run("stats")
        #expect(done.status == 0 || done.status == 3)
        guard done.status == 0 else { return expectRefusal(done, naming: test.data) }
        #expect(try test.json("stats")["customers"].integer == 2, "nothing was lost")
    }

    /// Making a store that was cut short goes on; it never held anything.
    @Test(arguments: [
        "rm -r store.json node-key log partitions", "rm -r store.json log partitions",
        "rm -r log partitions", "rm -r partitions", "true",
    ])
    func shouldGoOnMakingAStore(_ remains: String) throws {
        let test = try TestStore()
        try test.run("stats")
        try test.shell("cd data && touch making && \(remains)")
        try test.json("link", "a:1", "b:1", "--source", "x")
        #expect(try test.json("stats")["customers"].integer == 1)
        #expect(!test.exists(test.data + "/making"))
    }

    /// Killed at any moment of its making, a store can be made again.
    @Test func shouldSurviveAKillWhileItIsMade() throws {
        for delay in stride(from: 0, to: 40_000, by: 4_000) {
            let test = try TestStore()
            let child = try test.start(["stats"])
            usleep(UInt32(delay))
            child.send(SIGKILL)
            _ = try child.finish()
            try test.json("link", "a:1", "b:1", "--source", "x")
            #expect(try test.customer(of: "b:1") != nil)
        }
    }

    // MARK: Parts

    /// A store of several log records and checkpoints.
    private func filled() throws -> TestStore {
        let test = try TestStore()
        for part in 1...4 {
            try test.json(
                "replay", "-",
                input: #"{"a":"a:\#(part)","b":"b:\#(part / 3)","ts":1}"# + "\n")
        }
        #expect(try test.json("stats")["customers"].integer == 2)
        return test
    }

    private func expectUnchangedRefusal(
        _ test: TestStore, naming name: String, at location: SourceLocation = #_sourceLocation
    ) throws {
        let before = try listing(test)
        for words in [
            ["stats"], ["verify"], ["digest"], ["export"], ["replay", "-"],
            ["replay", "-", "--dry-run"], ["link", "a:9", "b:9", "--source", "x"],
            ["link", "a:9", "b:9", "--source", "x", "--dry-run"],
        ] {
            let done = try test.run(words)
            expectRefusal(done, naming: name, at: location)
        }
        #expect(try listing(test) == before, sourceLocation: location)
    }

    private func expectRefusal(
        _ done: Finished, naming name: String, at location: SourceLocation = #_sourceLocation
    ) {
        #expect(done.status == 3, "\(done.text)", sourceLocation: location)
        #expect(done.output.isEmpty, sourceLocation: location)
        let lines = done.errors.split(separator: "\n")
        #expect(lines.count == 1, "\(done.errors)", sourceLocation: location)
        #expect(done.errors.contains(name), "\(done.errors)", sourceLocation: location)
        #expect(done.errors.contains("; "), "what to do: \(done.errors)", sourceLocation: location)
    }

    /// Every file with its bytes' hash, but for locks and RocksDB's own notes of what it did.
    private func listing(_ test: TestStore) throws -> [String] {
        try test.shell(
            """
            find data -type d | sort; find data -type f ! -name LOCK ! -name 'LOG*' \
                -exec sha256sum {} + | sort -k 2
            """
        ).lines
    }
}

extension TestStore {
    /// The sorted files of one of the store's databases, in order.
    func sortedFiles(_ folder: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: "\(data)/\(folder)")
            .filter { $0.hasSuffix(".sst") }.sorted()
    }

    /// Runs a line of shell as a user who owns nothing: root may read and write everything.
    func asNobody(_ line: String) throws -> Finished {
        guard getuid() == 0 else { return try shell(line) }
        // The build's folder may be closed to others: nobody gets a program of its own.
        // Another process copies it: what this one writes, a child that starts meanwhile could
        // hold open, and a program that is held open for writing cannot be run.
        let copied = try shell("chmod go+rx . && mkdir -p bin && cp -n '\(Self.program)' bin/")
        try #require(copied.status == 0, "\(copied.errors)")
        let user = "setpriv --reuid 65534 --regid 65534 --clear-groups"
        return try shell("PATH=$PWD/bin:$PATH exec \(user) bash -c '\(line)'")
    }
}
