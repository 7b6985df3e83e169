import Commands
import Foundation
import Logging
import Testing

/// What a node is told at its start: edges and errors.
@Suite("Settings: serve")
struct ServeSettingsTests {
    @Test func shouldHaveDefaults() throws {
        let settings = try ServeSettings(words: [], environment: [:])
        #expect(settings.host == "127.0.0.1" && settings.port == 7_411)
        #expect(settings.concurrentRequests == 256)
        #expect(settings.deadlineNanoseconds == 10_000_000_000)
        #expect(settings.feedRetention == 1_000_000)
        #expect(settings.folder == "./kindred-data" && settings.logLevel == .info)
        #expect(settings.isDurableAgainstPowerLoss)
        let less = try ServeSettings(words: ["--durability", "os"], environment: [:])
        #expect(!less.isDurableAgainstPowerLoss)
    }

    @Test func shouldTakeTheEdges() throws {
        func settings(_ words: String...) throws -> ServeSettings {
            try ServeSettings(words: words, environment: [:])
        }
        #expect(try settings("--port", "0").port == 0)
        #expect(try settings("--port", "65535").port == 65_535)
        #expect(try settings("--concurrent-requests", "1").concurrentRequests == 1)
        #expect(try settings("--concurrent-requests", "65536").concurrentRequests == 65_536)
        #expect(try settings("--deadline", "0.001").deadlineNanoseconds == 1_000_000)
        #expect(try settings("--deadline", "3600").deadlineNanoseconds == 3_600_000_000_000)
        #expect(try settings("--feed-retention", "0").feedRetention == 0)
        let most = try settings("--feed-retention", "1000000000000").feedRetention
        #expect(most == 1_000_000_000_000)
        let name = String(repeating: "a", count: 253)
        for host in ["::", "::1", "0.0.0.0", "fe80::1", "node-1.example", "localhost", name] {
            #expect(try settings("--host", host).host == host)
        }
    }

    @Test(arguments: [
        ("port", "abc", "'abc' is no port: give a whole number from 0"),
        ("port", "65536", "'65536' is no port"), ("port", "-1", "'-1' is no port"),
        ("port", "+80", "'+80' is no port"), ("port", "0x50", "'0x50' is no port"),
        ("port", "80.0", "'80.0' is no port"), ("port", " 80", "' 80' is no port"),
        ("port", "1:30", "'1:30' is no port"), ("port", "٣", "'٣' is no port"),
        ("port", "99999999999999999999999", "'99999999999999999999999' is no port"),
        ("concurrent_requests", "0", "'0' is no number of requests: give a whole number from 1"),
        ("concurrent_requests", "65537", "'65537' is no number of requests"),
        ("deadline", "0", "'0' is no deadline: give seconds from 0.001 to 3600"),
        ("deadline", "0.0009", "'0.0009' is no deadline"), ("deadline", "3600.1", "'3600.1' is no"),
        ("deadline", "1e3", "'1e3' is no deadline"), ("deadline", "inf", "'inf' is no deadline"),
        ("deadline", "nan", "'nan' is no deadline"), ("deadline", ".", "'.' is no deadline"),
        ("feed_retention", "-1", "'-1' is no number of changes: give a whole number from 0"),
        ("feed_retention", "1000000000001", "'1000000000001' is no number of changes"),
        ("feed_retention", "1e6", "'1e6' is no number of changes"),
        ("host", "[::1]", "'[::1]' is no host: give an address"),
        ("host", "http://x", "'http://x' is no host"), ("host", "a b", "'a b' is no host"),
        ("host", "127.0.0.1:80", "'127.0.0.1:80' is no host"), ("host", "-x", "'-x' is no host"),
        ("host", ":::", "':::' is no host"),
        ("host", String(repeating: "a", count: 254), "it is no host"),
        ("durability", "maybe", "'maybe' is no durability"), ("memory", "1MiB", "it must be at"),
    ])
    func shouldRefuseTheRest(_ key: String, _ text: String, _ words: String) throws {
        let test = try TestStore()
        let file = try test.write("k.yaml", "# a node\n\(key): '\(text)'\n")
        let flag = "--" + key.replacing("_", with: "-")
        let variable = "KINDRED_" + key.uppercased()
        #expect(refusal(["\(flag)=\(text)"], [:]) == .init(2, "\(flag): \(words)"))
        #expect(refusal([], [variable: text]) == .init(2, "\(variable): \(words)"))
        #expect(refusal(["--config", file], [:]) == .init(3, "\(file):2: \(key): \(words)"))
        #expect(
            refusal([], ["KINDRED_CONFIG": file, variable: text])
                == .init(2, "\(variable): \(words)"), "the variable stands before the file")
    }

    /// Unquoted, as people write numbers.
    @Test func shouldReadNumbersOfTheFileAsTheyAreWritten() throws {
        let test = try TestStore()
        let file = try test.write("k.yaml", "port: 8080\ndeadline: 2.5\nconcurrent_requests: 7\n")
        let settings = try ServeSettings(words: ["--config", file], environment: [:])
        #expect(settings.port == 8_080 && settings.concurrentRequests == 7)
        #expect(settings.deadlineNanoseconds == 2_500_000_000)
        // In YAML 1.1 these would be numbers of base 60, 8 and 2.
        for port in ["1:30", "0o17", "0b11", "8_080"] {
            let file = try test.write("k.yaml", "port: \(port)\n")
            let said = try #require(refusal(["--config", file], [:]).message)
            #expect(said.hasPrefix("\(file):1: port: '\(port)' is no port"))
        }
    }

    @Test func shouldRefuseWordsThatItDoesNotKnow() {
        let unknown = refusal(["--prot", "1"], [:])
        #expect(unknown.status == 2 && unknown.message?.contains("'--prot'") == true)
        #expect(refusal(["--port", "-1"], [:]).status == 2)
        #expect(refusal(["extra"], [:]).status == 2)
    }

    @Test func shouldReadTheFilesThatItNames() throws {
        let none = refusal(["--key-file", "/nowhere/key"], [:])
        #expect(none.status == 3)
        #expect(none.message?.hasPrefix("cannot read the key file /nowhere/key") == true)
        #expect(refusal(["--namespaces", "/nowhere/n"], [:]).status == 3)
        let rules = refusal(["--profiles", "/nowhere/p"], [:])
        #expect(rules.status == 3)
        #expect(rules.message?.hasPrefix("cannot read /nowhere/p; name a readable YAML") == true)
    }

    // MARK: Refusals

    /// How a command ends; a message that begins as another one is equal to it.
    struct Refusal: Equatable {
        let status: Int32
        let message: String?

        init(_ status: Int32, _ message: String?) {
            (self.status, self.message) = (status, message)
        }

        static func == (one: Refusal, beginning: Refusal) -> Bool {
            one.status == beginning.status
                && one.message?.hasPrefix(beginning.message ?? "") == true
        }
    }

    private func refusal(_ words: [String], _ environment: [String: String]) -> Refusal {
        do throws(CommandEnd) {
            _ = try ServeSettings(words: words, environment: environment)
            return Refusal(0, nil)
        } catch {
            return Refusal(error.status, error.message)
        }
    }
}
