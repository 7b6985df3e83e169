import Commands
import Foundation
import Testing

/// What is said of wrong settings, and where they stand.
@Suite("Settings: errors")
struct SettingsErrorTests {
    // MARK: The file

    /// A file and how the only line on standard error begins.
    @Test(arguments: [
        ("[a, b]", "k.yaml:1: a mapping ('key: value') is expected"),
        ("- data: x", "k.yaml:1: a mapping"), ("kindred", "k.yaml:1: a mapping"),
        ("host: a\nport: 1\nport: 2\n", "k.yaml:2: 'port' stands here and again below"),
        ("host: a\n\tport: 1\n", "k.yaml:2: not YAML: found a tab character"),
        ("host: a\n\nprot: 1\n", "k.yaml:3: the key 'prot' is unknown; known are data, host, port"),
        ("host: a\nPort: 1\n", "k.yaml:2: the key 'Port' is unknown"),
        ("host: a\nkey-file: x\n", "k.yaml:2: the key 'key-file' is unknown"),
        ("? [a]\n: b\n", "k.yaml:1: the key '?' is unknown"),
        ("host: a\nport: [1]\n", "k.yaml:2: 'port' must be one value, not a list"),
        ("port:\n  number: 1\n", "k.yaml:2: 'port' must be one value, not a list or a mapping"),
        ("host: \"a\n", "k.yaml:2: not YAML:"), ("host: *a\n", "k.yaml:1: not YAML: found undef"),
        ("host: a\n---\nhost: b\n", "k.yaml:2: not YAML: but found another document"),
        ("log_level: loud\n", "k.yaml:1: log_level: 'loud' is no level of logs: give one of"),
        ("host: a\nlog_level: 7\n", "k.yaml:2: log_level: '7' is no level of logs"),
        ("log_level: ''\n", "k.yaml:1: log_level: it is empty: give a value, or leave it out"),
    ])
    func shouldNameTheLineOfTheFile(_ text: String, _ beginning: String) throws {
        let test = try TestStore()
        try test.write("k.yaml", text)
        for word in ["stats", "generate"] {
            let done = try test.run(word, "--config", "k.yaml")
            #expect(done.status == 3, "\(done.errors)")
            #expect(done.errors.hasPrefix("kindred: \(beginning)"), "\(done.errors)")
            #expect(done.errors.hasSuffix("; correct the file\n"), "\(done.errors)")
            #expect(done.errors.split(separator: "\n").count == 1)
            #expect(!test.exists(test.data))
        }
    }

    @Test(arguments: [
        "", "\n", "# only\n", "---\n", "{}", "~", "port: ~\nhost:\n", "\u{FEFF}port: 1",
    ])
    func shouldTakeAFileThatSaysNothing(_ text: String) throws {
        let test = try TestStore()
        try test.write("k.yaml", text)
        let done = try test.run("stats", "--config", "k.yaml")
        #expect(done.status == 0, "\(done.errors)")
        #expect(done.errors.isEmpty)
    }

    /// Bytes that no one means: never a trap, one line, never a store.
    @Test func shouldSurviveHostileFiles() throws {
        let test = try TestStore()
        let texts = [
            String(repeating: "[", count: 300_000), String(repeating: "a: {", count: 200_000),
            String(repeating: "- ", count: 200_000), "\u{0}", "a: \u{1B}[2J", "&a [*a]",
            "&a {*a : *a}", "? " + String(repeating: "x", count: 500_000), "!!binary x: y",
            "%YAML 9.9\n---\nx: 1",
            "port: &p 1\n<<: *p", "\u{202E}: 1",
            "log_level: " + String(repeating: "y", count: 900_000),
        ]
        var files =
            texts.map { Array($0.utf8) } + [[0xFF, 0xFE, 0x00], [0xC3], [0xFE, 0xFF, 0, 97]]
        files.append([UInt8](repeating: UInt8(ascii: "#"), count: 1 << 20 + 1))
        for (index, bytes) in files.enumerated() {
            try test.write("k.yaml", bytes)
            let done = try test.run("stats", "--config", "k.yaml")
            #expect(done.status == 3, "file \(index): \(done.errors.prefix(300))")
            #expect(done.errors.hasPrefix("kindred: "), "file \(index)")
            #expect(done.errors.contains("k.yaml"), "file \(index)")
            #expect(!done.errors.contains("\u{1B}") && !done.errors.contains("\u{202E}"))
            #expect(done.errors.split(separator: "\n").count == 1, "file \(index)")
            #expect(!test.exists(test.data))
        }
    }

    @Test func shouldSayThatItCannotReadTheFile() throws {
        let test = try TestStore()
        for words in [["stats", "--config", "gone.yaml"], ["stats", "--config", "."]] {
            let done = try test.run(words)
            #expect(done.status == 3)
            #expect(done.errors.hasPrefix("kindred: cannot read \(words[2]); name a readable YAML"))
        }
        let variable = try test.run("stats", environment: ["KINDRED_CONFIG": "gone.yaml"])
        #expect(variable.status == 3 && variable.errors.contains("cannot read gone.yaml"))
        #expect(try test.run("stats", environment: ["KINDRED_CONFIG": ""]).status == 0)
    }

    /// The file is read once: it may be a pipe.
    @Test func shouldReadAPipe() throws {
        let test = try TestStore()
        let done = try test.shell(
            "kindred replay /dev/null --config <(echo 'memory: 64MiB') && kindred stats --config "
                + "<(echo 'memory: 64MiB')")
        #expect(done.status == 0, "\(done.errors)")
    }

    // MARK: Flags and variables

    /// A flag, a text and what is said of it behind the setting's name.
    @Test(arguments: [
        ("--log-level", "", "it is empty: give a value, or leave it out"),
        ("--log-level", "Info", "'Info' is no level of logs: give one of trace, debug"),
        ("--memory", "", "it is empty"), ("--memory", "much", "'much' is no size of memory: give"),
        ("--memory", "-1", "'-1' is no size of memory"), ("--memory", "31MiB", "it must be at"),
        ("--memory", "1..5GiB", "'1..5GiB' is no size"), ("--memory", "nan", "'nan' is no size"),
        ("--memory", "\u{1B}[2J", "'\\u{1b}[2J' is no size of memory"),
        ("--durability", "FSYNC", "'FSYNC' is no durability: give os"),
        ("--durability", "none", "'none' is no durability: give os"),
        ("--logic-limit", "0", "'0' is no version of the logic: give a whole number from 1 on"),
        ("--logic-limit", "v1", "'v1' is no version of the logic: give a whole number"),
    ])
    func shouldNameTheFlagOrTheVariable(_ flag: String, _ text: String, _ said: String) throws {
        let test = try TestStore()
        let words = text.isEmpty ? [flag, text] : ["\(flag)=\(text)"]
        let flagged = try test.run(["replay", "/dev/null"] + words)
        #expect(flagged.status == 2)
        #expect(flagged.errors.hasPrefix("kindred: \(flag): \(said)"), "\(flagged.errors)")
        guard !text.isEmpty else { return }
        let variable = "KINDRED_" + flag.dropFirst(2).uppercased().replacing("-", with: "_")
        let set = try test.run("replay", "/dev/null", environment: [variable: text])
        #expect(set.status == 2)
        #expect(set.errors.hasPrefix("kindred: \(variable): \(said)"), "\(set.errors)")
        #expect(!test.exists(test.data))
        // A flag stands before the variable, so that nobody reads it.
        let fine =
            ["--memory": "64MiB", "--durability": "os", "--logic-limit": "1"][flag] ?? "info"
        let both = try test.run(
            ["replay", "/dev/null", flag, fine], environment: [variable: text])
        #expect(both.status == 0, "\(both.errors)")
    }

    /// What a command has no use for is not looked at.
    @Test func shouldMindOnlyWhatTheCommandUses() throws {
        let test = try TestStore()
        try test.write("k.yaml", "port: abc\nhost: ' '\ndeadline: never\n")
        let words = ["stats", "--config", "k.yaml"]
        #expect(try test.run(words, environment: ["KINDRED_PORT": "y"]).status == 0)
    }

    @Test func shouldRefuseVariablesThatAreNotUTF8() throws {
        let test = try TestStore()
        let done = try test.shell(#"KINDRED_DATA=$'a\xff' kindred stats"#)
        #expect(done.status == 2)
        #expect(done.errors == "kindred: KINDRED_DATA: it is not UTF-8; write it so\n")
    }
}
