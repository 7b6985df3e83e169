import Foundation
import Testing

/// What the program shows on a terminal. `script` (util-linux) gives it one.
@Suite("Command line: terminal")
struct CommandLineTerminalTests {
    private static let columns = 60

    @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/script")))
    func shouldKeepProgressOnOneLineOfANarrowTerminal() throws {
        let test = try TestStore()
        let name = String(repeating: "long-", count: 20) + "name.jsonl"
        try test.run("generate", "--links", "60000", "--output", name)
        let replay = "kindred replay \(name) --progress-every 0.001"
        let shown = try test.shell(
            "script -qec 'stty cols \(Self.columns); \(replay)' /dev/null </dev/null")
        #expect(shown.status == 0)
        let reports = shown.text.split(separator: "\r").filter { $0.contains("s left") }
        #expect(!reports.isEmpty, "\(shown.text)")
        for report in reports {
            let text = report.replacing("\u{1b}[K", with: "")
            #expect(text.count < Self.columns, "it would run over to the next line: \(text)")
        }
    }
}
