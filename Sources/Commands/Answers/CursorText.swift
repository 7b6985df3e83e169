internal import Answers
internal import ArgumentParser
internal import GraphCore
internal import IdentityModel

// Pages as the command line asks for them.
extension Cursor {
    /// What a command says of a cursor that it did not give out.
    static func refused(_ text: String, by command: String) -> CommandEnd {
        CommandEnd(
            ExitStatus.usage,
            "--cursor '\(Escaping.terminal(text.utf8))' is none that \(command) gave: take "
                + "next_cursor as it was printed, or leave --cursor out to start again")
    }
}

extension PageLimits {
    /// Refuses a --limit that is out of bounds.
    static func check(_ limit: Int) throws {
        guard limit >= 1, limit <= maximum else {
            throw ValidationError("--limit must be from 1 to \(maximum)")
        }
    }
}
