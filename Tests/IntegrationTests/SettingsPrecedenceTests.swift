import Commands
import Foundation
import Logging
import Testing

/// Flags over variables over the configuration file over defaults.
@Suite("Settings: precedence")
struct SettingsPrecedenceTests {
    /// A setting with a value for each place that it can stand in.
    struct Row: Sendable, CustomTestStringConvertible {
        let key: String
        let flag: String
        let variable: String
        let file: String
        let standard: String
        let read: @Sendable (ServeSettings) -> String

        var testDescription: String { key }
    }

    static let rows = [
        Row(key: "host", flag: "::1", variable: "b.example", file: "0.0.0.0", standard: "127.0.0.1")
        { $0.host },
        Row(key: "port", flag: "1", variable: "2", file: "3", standard: "7411") { "\($0.port)" },
        Row(key: "concurrent_requests", flag: "1", variable: "2", file: "3", standard: "256") {
            "\($0.concurrentRequests)"
        },
        Row(key: "deadline", flag: "1", variable: "2.5", file: "0.25", standard: "10") {
            "\(Double($0.deadlineNanoseconds) / 1e9)".replacing(/\.0$/, with: "")
        },
        Row(key: "feed_retention", flag: "1", variable: "0", file: "30", standard: "1000000") {
            "\($0.feedRetention)"
        },
        Row(key: "data", flag: "/a", variable: "/b", file: "/c", standard: "./kindred-data") {
            $0.folder
        },
        Row(key: "log_level", flag: "trace", variable: "error", file: "debug", standard: "info") {
            $0.logLevel.rawValue
        },
    ]

    /// All eight ways in which a setting can stand in some of its places.
    @Test(arguments: rows)
    func shouldTakeTheFirstPlaceThatHasIt(_ row: Row) throws {
        let test = try TestStore()
        let other = try test.write("other.yaml", "\(row.key): '\(row.file)'\n")
        let empty = try test.write("empty.yaml", "# nothing\n")
        for places in 0..<8 {
            let (hasFlag, hasVariable, hasFile) = (places & 1 > 0, places & 2 > 0, places & 4 > 0)
            var words = ["--config", hasFile ? other : empty]
            if hasFlag { words.append("\(Self.flag(row.key))=\(row.flag)") }
            let variable = hasVariable ? row.variable : ""
            let settings = try ServeSettings(
                words: words, environment: [Self.variable(row.key): variable])
            let expected =
                hasFlag
                ? row.flag : hasVariable ? row.variable : hasFile ? row.file : row.standard
            #expect(row.read(settings) == expected, "\(words) \(variable)")
        }
    }

    /// The built program says where it has each setting from; every key has its variable.
    @Test(arguments: [
        "data", "host", "port", "memory", "durability", "namespaces", "profiles", "key_file",
        "log_level", "server", "concurrent_requests", "deadline", "logic_limit",
        "feed_retention",
    ])
    func shouldReadEveryKeyFromFileAndVariable(_ key: String) throws {
        let test = try TestStore()
        let value = key == "log_level" ? "debug" : key == "data" ? test.data : "from-\(key)"
        try test.write("k.yaml", "\(key): \(value)\n")
        let debug = key == "log_level" ? [:] : ["KINDRED_LOG_LEVEL": "debug"]
        let none = debug.merging(["KINDRED_DATA": ""]) { $1 }
        let file = try test.run("generate", "--links", "0", "--config", "k.yaml", environment: none)
        #expect(file.status == 0, "\(file.errors)")
        #expect(
            file.errors.contains("key=\(key) origin=\"k.yaml:1: \(key)\" value=\(value)\n"),
            "\(file.errors)")
        let variables = none.merging([Self.variable(key): value, "KINDRED_CONFIG": "k.yaml"]) { $1 }
        let both = try test.run("generate", "--links", "0", environment: variables)
        #expect(
            both.errors.contains("key=\(key) origin=\(Self.variable(key)) value=\(value)\n"),
            "\(both.errors)")
    }

    @Test func shouldPreferTheFileThatTheFlagNames() throws {
        let test = try TestStore()
        try test.write("one.yaml", "data: one\n")
        try test.write("two.yaml", "data: two\n")
        let environment = ["KINDRED_DATA": "", "KINDRED_CONFIG": "two.yaml"]
        #expect(try test.run("stats", environment: environment).status == 0)
        #expect(test.exists(test.folder + "/two") && !test.exists(test.folder + "/one"))
        let flag = ["stats", "--config", "one.yaml"]
        #expect(try test.run(flag, environment: environment).status == 0)
        #expect(test.exists(test.folder + "/one"))
    }

    /// The file means the same wherever the command is run; flags and variables are the shell's.
    @Test func shouldBeginRelativePathsOfTheFileAtItsFolder() throws {
        let test = try TestStore()
        try test.shell("mkdir -p conf/keys")
        try test.write("conf/keys/key", "000102030405060708090a0b0c0d0e0f")
        try test.write("conf/n.yaml", "namespaces: [{name: email, normalize: [lowercase]}]")
        try test.write(
            "conf/kindred.yaml",
            "data: store\nkey_file: keys/key\nnamespaces: n.yaml\nprofiles: p.yaml\n"
                + "memory: 64MiB\n")
        try test.write("conf/p.yaml", "attributes: [{name: a, rule: first}]")
        let none = ["KINDRED_DATA": "", "KINDRED_CONFIG": "conf/kindred.yaml"]
        // A question makes the store where there is none, and makes it as the file says.
        #expect(try test.run("stats", environment: none).status == 0)
        #expect(test.exists(test.folder + "/conf/store/store.json"))
        let link = ["link", "email:A@X", "a:1", "--source", "x"]
        #expect(try test.run(link, environment: none).status == 0)
        let found = try test.run(
            ["component", "a:1", "--json", "--data", "conf/store"], environment: none)
        #expect(found.text.contains("email:a@x"))
        let rules = try test.run("profiles", "show", "--json", "--data", "conf/store")
        #expect(try rules.json["version"].integer == 1)
        try test.shell("mv conf/keys/key . && rm conf/n.yaml conf/p.yaml")
        #expect(try test.run("stats", environment: none).status == 0, "no file is needed")
        let replay = try test.run("replay", "-", "--key-file", "key", environment: none)
        #expect(replay.status == 3 && replay.errors.contains("conf/n.yaml"))
        let own = try test.run(
            ["replay", "-", "--key-file", "key", "--namespaces", "n"], environment: none)
        #expect(own.status == 3 && own.errors.contains("cannot read n;"))
    }

    /// The command that goes on after a stop names the file again, and only the flags of before.
    @Test func shouldGoOnWithTheSameFile() throws {
        let test = try TestStore()
        try test.write("k.yaml", "data: store\nmemory: 64MiB\ndurability: fsync\n")
        let done = try test.shell(
            """
            unset KINDRED_DATA; kindred generate --links 2000 | gzip > whole.gz
            head -c -20 whole.gz > g.gz; kindred replay g.gz --config k.yaml 2> errors; s=$?
            cp whole.gz g.gz; command=$(sed -n 's/.*go on with: //p' errors)
            echo "$command"; sh -c "$command" > /dev/null && exit $s
            """)
        #expect(done.status == 3, "\(done.errors)")
        #expect(done.text.contains("kindred replay --data store"), "\(done.text)")
        #expect(done.text.contains(" --config k.yaml"), "\(done.text)")
        #expect(!done.text.contains("--memory") && !done.text.contains("--durability"))
        try test.json("replay", "whole.gz", "--data", "whole", "--key-file", "store/node-key")
        #expect(try test.digest(of: "store") == test.digest(of: "whole"))
    }

    static func flag(_ key: String) -> String { "--" + key.replacing("_", with: "-") }
    static func variable(_ key: String) -> String { "KINDRED_" + key.uppercased() }
}
