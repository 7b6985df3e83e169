/// The statuses that the program ends with. A promise to scripts.
enum ExitStatus {
    /// It did what was asked; refused events are counted, not failures.
    static let done: Int32 = 0
    /// It ran and the answer is no.
    static let no: Int32 = 1
    /// The command line is wrong.
    static let usage: Int32 = 2
    /// It was refused or failed; one line says why and what to do.
    static let failed: Int32 = 3
    /// SIGINT.
    static let interrupted: Int32 = 130
    /// SIGTERM.
    static let terminated: Int32 = 143
}

/// Ends a command with a status and, where there is something to say, a line on standard error.
package struct CommandEnd: Error {
    /// What the process ends with.
    package let status: Int32
    /// The line; nil where there is nothing to say.
    package let message: String?

    init(_ status: Int32, _ message: String? = nil) {
        self.status = status
        self.message = message
    }

    /// The command was refused or failed: why, and what to do.
    static func failed(_ reason: String, remedy: String) -> CommandEnd {
        CommandEnd(ExitStatus.failed, "\(reason); \(remedy)")
    }

    /// It ran and the answer is no; what was asked has been printed.
    static let answerIsNo = CommandEnd(ExitStatus.no)
}
