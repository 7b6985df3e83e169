import Foundation
import Testing

/// The invented shop of Fixtures/Events, as `make demo` shows it.
@Suite("Command line: the tour", .atOneAndThreePartitions)
struct CommandLineTourTests {
    private static let events = TestStore.repository + "/Fixtures/Events"
    private static let files = ["web.jsonl", "app.jsonl", "store.csv", "call-centre.jsonl"].map {
        events + "/" + $0
    }

    @Test func shouldFindTheCustomersThatAreExpected() throws {
        let test = try TestStore()
        let expected = Partition(expected: try test.read(Self.events + "/expected.csv"))
        var digests: [String] = []
        for files in [Self.files, Self.files.reversed()] {
            let data = "data\(digests.count)"
            let words = [
                "replay", "--data", data, "--namespaces", Self.events + "/namespaces.yaml",
                "--key-file", Self.events + "/demo-key", "--json",
            ]
            let done = try test.run(words + files)
            #expect(done.status == 0)
            #expect(try done.json["rejected"].integer == 0)
            #expect(try done.json["events"].integer > 1_900)
            let found = Partition(export: try test.run("export", "--data", data).output)
            #expect(expected.difference(from: found) == nil)
            #expect(found.least.count == expected.least.count)
            #expect(try test.run("verify", "--data", data).status == 0)
            digests.append(try test.digest(of: data))
        }
        #expect(digests[0] == digests[1])
    }

    @Test func shouldRunTheTourToItsEnd() throws {
        let test = try TestStore()
        let tour = TestStore.repository + "/docs/demo.sh"
        let done = try test.shell("'\(tour)' '\(TestStore.program)'")
        #expect(done.status == 0, "\(done.errors)\(done.text.suffix(2_000))")
        for word in [
            "are one customer", "they are not one customer", "no fault", "digest", "Done.",
        ] {
            #expect(done.text.contains(word), "\(word)")
        }
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: test.folder).isEmpty,
            "it keeps nothing")
    }
}
