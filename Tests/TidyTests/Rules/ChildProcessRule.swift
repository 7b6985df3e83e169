/// Exit tests and tests that start programs run in two processes: `make test` runs IntegrationTests
/// apart. swift-testing waits for any child of the process, so that an exit test does not end while
/// a program that somebody else has started is not reaped.
enum ChildProcessRule {
    /// The target whose tests start programs, in a process without other targets' tests.
    static let programs = "IntegrationTests"
    /// What tests of Kafka share: it stops and starts real brokers while no other test runs.
    static let brokers = "KafkaSupport"
    /// What starts a program that its starter must reap.
    private static let starters = ["posix_spawn", "posix_spawnp", "fork", "vfork"]

    /// Exit tests beside programs, and programs that are started beside exit tests.
    static func findings(in text: SwiftText) -> [Finding] {
        guard !text.isSource else { return [] }
        return text.tokens.indices.compactMap { index in
            let token = text.tokens[index]
            guard token.kind == .word else { return nil }
            if text.target == programs {
                guard token.text == "processExitsWith" else { return nil }
                return text.finding(
                    token.line,
                    "an exit test hangs beside other children: move it to the target "
                        + "of what it tests, or end a started program instead")
            }
            guard text.target != brokers, isStart(at: index, in: text) else { return nil }
            return text.finding(
                token.line,
                "\(token.text) starts a program, which exit tests of the same process "
                    + "may hang on: move the test to \(programs)")
        }
    }

    private static func isStart(at index: Int, in text: SwiftText) -> Bool {
        guard text.token(index + 1)?.isSymbol("(") == true else { return false }
        let word = text.tokens[index].text
        if starters.contains(word) { return text.token(index - 1)?.isWord("func") != true }
        // Foundation's, made or run; a case or a member of that name is none.
        return word == "Process" && text.token(index - 1)?.isSymbol(".") != true
    }
}
