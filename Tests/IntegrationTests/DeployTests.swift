import Commands
import Foundation
import TestSupport
import Testing

/// The files of Deploy with the real program: an example that does not work is worse than none.
@Suite("Deploy")
struct DeployTests {
    private static let folder = TestStore.repository + "/Deploy"

    /// The lines of a file of Deploy.
    private func lines(_ name: String) throws -> [String] {
        try String(contentsOfFile: Self.folder + "/" + name, encoding: .utf8)
            .split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }

    /// The value of a directive of the unit.
    private func directive(_ name: String) throws -> String {
        let values = try lines("kindred.service").filter { $0.hasPrefix(name + "=") }
        try #require(values.count == 1, "\(name) stands once in the unit")
        return String(values[0].dropFirst(name.count + 1))
    }

    /// The example's settings as a file in which each key that is commented out is there too.
    private func allKeys(_ file: String = "kindred.yaml") throws -> [String] {
        try lines(file).compactMap { line in
            line.firstMatch(of: /^#?([a-z_]+: .*)$/).map { String($0.1) }
        }
    }

    @Test func shouldServeAsTheUnitSays() throws {
        let words = try directive("ExecStart").split(separator: " ").map(String.init)
        try #require(words.count > 2 && words[0].hasSuffix("/kindred") && words[1] == "serve")
        // Only the folder is another one; `KINDRED_DATA` and `--port` stand over the example.
        let rest = words.dropFirst(2).map { $0.replacing("/etc/kindred", with: Self.folder) }
        let node = try ServedStore(try TestStore(), rest)
        let client = try node.client()
        #expect(try client.get("/readyz").status == 200)
        let taken = try client.post(
            "/v1/events", ServedStore.link("email: Ana@Example.COM ", "loyalty:L-1"))
        #expect(try taken.json["accepted"] == .number(1))
        let position = try taken.json["positions"]["0"].integer
        let answer = try client.get("/v1/resolve?id=loyalty:L-1&min_position=0:\(position)")
        // The example's namespaces: a card is stronger than an address, which is normalised.
        #expect(
            try answer.json["identifiers"].strings == ["loyalty:L-1", "email:ana@example.com"])
        let finished = try node.stop()
        #expect(finished.status == 0, "\(finished.errors)")
        #expect(try node.store.mode(node.store.data + "/node-key") == 0o600)
    }

    /// systemd kills what has not ended by then; the node takes up to 30 s.
    @Test func shouldWaitForTheNodesEnd() throws {
        let seconds = try #require(Int(try directive("TimeoutStopSec")))
        #expect(seconds > 30)
        #expect(try directive("KillSignal") == "SIGTERM")
        // A wrong command line does not become right by another start.
        #expect(try directive("RestartPreventExitStatus") == "2")
    }

    @Test func shouldNameEveryKeyOfServe() throws {
        let help = try TestStore().run("serve", "--help")
        try #require(help.status == 0)
        let flags = help.text.matches(of: /\n +--([a-z-]+) </).map {
            String($0.1).replacing("-", with: "_")
        }
        let known = Set(flags).subtracting(["config"])
        try #require(known.contains("host") && known.contains("log_level"))
        let keys = try (allKeys() + allKeys("kindred-kafka.yaml")).map {
            String($0.prefix { $0 != ":" })
        }
        #expect(keys.count == Set(keys).count, "a key stands twice")
        #expect(Set(keys) == known)
    }

    /// What stands behind "#" in the example is the default.
    @Test func shouldTellTheDefaults() throws {
        let test = try TestStore()
        try test.write("namespaces.yaml", try lines("namespaces.yaml").joined(separator: "\n"))
        try test.write("profiles.yaml", try lines("profiles.yaml").joined(separator: "\n"))
        try test.write("node-key", "000102030405060708090a0b0c0d0e0f\n")
        let text = try allKeys().joined(separator: "\n") + "\n"
        let file = try test.write("kindred.yaml", text)
        let told = try ServeSettings(words: ["--config", file], environment: [:])
        let standard = try ServeSettings(words: [], environment: [:])
        #expect(told.host == standard.host && told.port == standard.port)
        #expect(told.concurrentRequests == standard.concurrentRequests)
        #expect(told.deadlineNanoseconds == standard.deadlineNanoseconds)
        #expect(told.logLevel == standard.logLevel)
        #expect(told.feedRetention == standard.feedRetention)
        #expect(told.isDurableAgainstPowerLoss == standard.isDurableAgainstPowerLoss)
        #expect(told.folder == "/var/lib/kindred")
        // The file is read as strictly as any.
        let wrong = try test.write("wrong.yaml", text + "prot: 1\n")
        #expect(throws: CommandEnd.self) {
            try ServeSettings(words: ["--config", wrong], environment: [:])
        }
    }
}
