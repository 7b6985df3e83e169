import Foundation
import Testing

/// Log lines of the built program: which are written, and each whole.
@Suite("Command line: logs")
struct CommandLineLogTests {
    /// Logs on standard error from the level on, answers as ever.
    @Test func shouldLogFromTheLevelThatIsAskedFor() throws {
        let test = try TestStore()
        func levels(_ words: String..., environment: [String: String] = [:]) throws -> Set<String> {
            let done = try test.run(["stats"] + words, environment: environment)
            #expect(done.status == 0 && done.text.contains("customers"))
            return Set(
                try done.errors.split(separator: "\n").map {
                    String(try #require($0.firstMatch(of: /^\S+Z (\w+) message="[^"]+"/)).1)
                })
        }
        #expect(try levels() == [])
        #expect(try levels("--log-level", "warning") == [])
        #expect(try levels("--log-level", "info") == ["info"])
        #expect(try levels("--log-level", "debug") == ["debug", "info"])
        #expect(try levels(environment: ["KINDRED_LOG_LEVEL": "info"]) == ["info"])
    }

    /// The lines of several threads do not mix: each is one write.
    @Test func shouldWriteEachLineAtOnce() throws {
        let test = try TestStore()
        let done = try test.shell(
            """
            for i in 1 2 3 4; do kindred stats --data d$i --log-level debug > /dev/null & done; wait
            """)
        let lines = done.errors.split(separator: "\n")
        // Of each its three settings, and the opening of its store.
        #expect(lines.count == 16)
        for line in lines {
            #expect(line.contains(/^\S+Z (info|debug) message="[^"]*"( \w+=\S+)+$/))
        }
    }
}
