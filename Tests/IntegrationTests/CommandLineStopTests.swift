import Foundation
import Testing

/// Stopping a replay: signals, closed pipes, full disks; and going on.
@Suite("Command line: stopping", .atOneAndThreePartitions)
struct CommandLineStopTests {
    private static let key = "000102030405060708090a0b0c0d0e0f"

    /// Starts a long replay, stops it when something is acknowledged, runs the very command that
    /// it names, and compares with a replay that nothing disturbed.
    @Test(arguments: [SIGINT, SIGTERM])
    func shouldGoOnWithThePrintedCommand(_ signal: Int32) throws {
        let test = try TestStore()
        try test.write("key", Self.key)
        let rejects = "it's the rejects.jsonl"
        let shape = "--links 100000 --unlinks 5 --seed"
        try test.shell(
            """
            kindred generate \(shape) 1 > one.jsonl; kindred generate \(shape) 2 > two.jsonl
            echo bad >> one.jsonl; sed -i '100i bad' one.jsonl; sed -i '99999i bad' two.jsonl
            kindred replay one.jsonl two.jsonl --data whole --key-file key --rejects whole.jsonl
            """)
        var stopped = try stopEarly(test, signal, rejects)
        for _ in 0..<5 where stopped.status == 0 {
            // A busy machine let it run to its end before the signal came.
            try test.shell("rm -r data \"\(rejects)\"")
            stopped = try stopEarly(test, signal, rejects)
        }
        #expect(stopped.status == 128 + signal)
        #expect(stopped.output.isEmpty, "a summary of a part would pass for one of all")
        let said = try #require(stopped.errors.split(separator: "\n").last)
        let counted = try #require(said.firstMatch(of: /acknowledged: (\d+) events, up to line/))
        let count = try #require(Int(counted.1))
        #expect(count > 0 && count < 200_000)
        #expect(try test.json("stats")["events"].integer == count)
        let command = String(try #require(said.components(separatedBy: "go on with: ").last))
        #expect(command.contains("--from-line"))
        let done = try test.shell(command + " --json")
        #expect(done.status == 0, "\(command): \(done.errors)")
        #expect(try done.json["accepted"].integer == 200_000 - count)
        #expect(try test.digest() == test.digest(of: "whole"))
        #expect(
            try test.read(test.folder + "/" + rejects)
                == test.read(test.folder + "/whole.jsonl"))
    }

    /// Starts the replay and sends the signal when something is acknowledged.
    private func stopEarly(
        _ test: TestStore, _ signal: Int32, _ rejects: String
    ) throws -> Finished {
        let child = try test.start([
            "replay", "one.jsonl", "two.jsonl", "--key-file", "key", "--rejects", rejects,
            "--checkpoint-events", "20000", "--progress-every", "0.001",
        ])
        #expect(child.waitForErrors { $0.contains("events acknowledged, up to line") })
        child.send(signal)
        return try child.finish()
    }

    @Test(arguments: ["-", "pipe"])
    func shouldStopWhileItWaitsForInput(_ name: String) throws {
        let test = try TestStore()
        #expect(mkfifo(test.folder + "/pipe", 0o600) == 0)
        let child = try test.start(["replay", name, "--progress-every", "0.001"])
        let line = #"{"a":"a:1","b":"b:1","ts":1}"# + "\n"
        // The last line is cut: it may not be taken for an event.
        let text = line + line + #"{"a":"a:1","b":"b:2","ts":1}"#
        let writer = open(test.folder + "/pipe", O_RDWR)
        defer { close(writer) }
        if name == "-" {
            #expect(child.write(Array(text.utf8)))
        } else {
            #expect(write(writer, text, text.utf8.count) == text.utf8.count)
        }
        #expect(child.waitUntilItWaits(readingFrom: name == "-" ? nil : writer))
        child.send(SIGINT)
        // Standard input stays open: the signal alone has to end it.
        #expect(child.waitForErrors(timeout: 20) { $0.contains("go on with") })
        let done = try child.finish()
        #expect(done.status == 130)
        #expect(done.errors.contains("acknowledged: 2 events, up to line 2 of"))
        #expect(done.errors.contains("--from-line 3"))
        #expect(try test.json("stats")["identifiers"].integer == 2)
    }

    @Test func shouldStopWhileItWaitsForAWriter() throws {
        let test = try TestStore()
        #expect(mkfifo(test.folder + "/pipe", 0o600) == 0)
        let child = try test.start(["replay", "pipe"])
        #expect(child.waitUntilItWaits())
        child.send(SIGTERM)
        let done = try child.finish(timeout: 20)
        #expect(done.status == 143)
        #expect(done.errors.contains("acknowledged: 0 events; go on with: kindred replay"))
        #expect(!done.errors.contains("--from-line"))
    }

    /// Whatever was asked is in the command that goes on, and a time that was the clock's stays.
    @Test func shouldNameEveryOptionInTheCommandThatGoesOn() throws {
        let test = try TestStore()
        try test.write("key", Self.key)
        try test.write("n.yaml", "namespaces: [{name: a, priority: 1}]")
        let child = try test.start([
            "replay", "-", "--data", "a b", "--time-unit", "s", "--default-ts", "now",
            "--assume-zone", "Z", "--rejects", "r", "--fail-on-reject", "--durability", "fsync",
            "--namespaces", "n.yaml", "--key-file", "key", "--checkpoint-events", "7", "--json",
            "--memory", "64MiB", "--delimiter", ";", "--columns", "a=x y",
        ])
        _ = child.write(Array("{\"a\":\"a:1\",\"b\":\"b:1\"}\n".utf8))
        #expect(child.waitUntilItWaits())
        child.send(SIGINT)
        let errors = try child.finish().errors
        let command = try #require(errors.components(separatedBy: "go on with: ").last)
        let time = try #require(command.firstMatch(of: /--default-ts '?([0-9TZ:.\-]+)'?/)).1
        #expect(time.hasSuffix("Z"))
        for part in [
            "kindred replay --data 'a b' --from-line 2", "--time-unit s", "--assume-zone Z",
            "--rejects r", "--fail-on-reject", "--durability fsync", "--namespaces n.yaml",
            "--key-file key", "--checkpoint-events 7", "--json -",
            "--memory 64MiB", "--delimiter ';'", "--columns 'a=x y'",
        ] {
            #expect(command.contains(part), "\(part) in \(command)")
        }
    }

    /// Where lines' numbers are times they count from the first file on: to go on in the second
    /// alone would give its lines other times.
    @Test func shouldGoOnFromTheStartWhereLineNumbersRunOn() throws {
        let test = try TestStore()
        try test.write("one.csv", "op,a,b\nlink,a:1,b:1\n")
        let bad = try test.shell(
            "(echo op,a,b; echo unlink,a:1,b:1) | gzip | head -c -9 > two.csv.gz; "
                + "kindred replay one.csv two.csv.gz")
        #expect(bad.status == 3)
        #expect(bad.errors.contains("one.csv two.csv.gz"))
        #expect(!bad.errors.contains("--from-line"))
    }

    /// A file name that begins with a dash, or holds a quote, is quoted for the shell.
    @Test func shouldQuoteNamesInTheCommandThatGoesOn() throws {
        let test = try TestStore()
        let done = try test.shell(
            """
            kindred generate --links 2000 | gzip > whole.gz
            name="-it's \\$odd.gz"; head -c -20 whole.gz > "./$name"
            kindred replay -- "$name" 2> errors; cp whole.gz "./$name"
            sh -c "$(sed -n 's/.*go on with: //p' errors)"
            """)
        #expect(done.status == 0, "\(done.errors)")
        #expect(try test.json("stats")["links"].integer > 0)
        #expect(try test.json("replay", "whole.gz")["merges"].integer == 0)
    }

    // MARK: Readers that go away

    @Test func shouldEndQuietlyWhereTheReaderGoesAway() throws {
        let test = try TestStore()
        let generated = try test.shell(
            "kindred generate --links 200000 | head -n 1; exit ${PIPESTATUS[0]}")
        #expect(generated.status == 0 && generated.errors.isEmpty && generated.lines.count == 1)
        try test.shell("kindred generate --links 20000 | kindred replay -")
        let exported = try test.shell("kindred export | head -n 1; exit ${PIPESTATUS[0]}")
        #expect(exported.status == 0)
        #expect(exported.errors.isEmpty)
        #expect(exported.text == "ns,value,customer_id\n")
        let child = try test.start(["link", "z:1", "z:2", "--source", "x"])
        child.closeOutput()
        #expect(try child.finish().status == 0)
        #expect(try test.customer(of: "z:1") != nil, "the link was made before it was told")
    }

    @Test func shouldSayThatItCannotWrite() throws {
        let test = try TestStore()
        try test.json("link", "a:1", "b:1", "--source", "x")
        for line in [
            "kindred stats > /dev/full", "kindred export > /dev/full", "kindred --help > /dev/full",
        ] {
            let done = try test.shell(line)
            #expect(done.status == 3, "\(line)")
            #expect(done.errors.contains("No space left on device"))
        }
        let rejects = try test.shell("echo bad | kindred replay - --rejects /dev/full")
        #expect(rejects.status == 3 && rejects.errors.contains("/dev/full"))
    }

    /// A file at its limit is a failed write, like a full disk: what was acknowledged stays.
    @Test func shouldSurviveALimitOnFiles() throws {
        let test = try TestStore()
        let done = try test.shell(
            "kindred generate --links 60000 > g; ulimit -f 1500; kindred replay g")
        #expect(done.status == 3)
        #expect(done.errors.contains("File too large"), "\(done.errors)")
        let command = try #require(done.errors.components(separatedBy: "go on with: ").last)
        #expect(try test.shell(command).status == 0)
        try test.json("replay", "g", "--data", "whole", "--key-file", "data/node-key")
        #expect(try test.digest() == test.digest(of: "whole"))
        let few = try test.shell("ulimit -n 12; kindred stats")
        #expect(few.status == 3 && few.errors.contains("ulimit -n"), "\(few.errors)")
    }

    /// What is closed at the start is never given to a file of the store.
    @Test func shouldNotWriteAnswersIntoTheStoreWhereStandardOutputIsClosed() throws {
        let test = try TestStore()
        try test.shell("kindred generate --links 2000 | kindred replay -")
        let digest = try test.digest()
        for line in [
            "kindred stats >&-", "kindred stats >&- 2>&-", "kindred resolve a:1 >&- 2>&- <&-",
            "kindred export >&-",
        ] {
            #expect(try test.shell(line).status == 3, "\(line)")
        }
        let input = try test.shell("kindred replay - <&-")
        #expect(input.status == 3)
        #expect(try test.digest() == digest)
        #expect(try test.run("verify").status == 0)
    }
}
