internal import ArgumentParser
internal import Foundation

/// The program.
struct KindredCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "kindred",
        abstract: "An identity graph: which identifiers are one customer, and why.",
        discussion: """
            Exit status: 0 done; 1 it ran and the answer is no; 2 wrong command line; 3 refused or \
            failed, with one line that says why and what to do; 130 or 143 interrupted.
            """,
        version: Release.version,
        groupedSubcommands: [
            CommandGroup(
                name: "Events",
                subcommands: [ReplayCommand.self, ServeCommand.self, GenerateCommand.self]),
            CommandGroup(
                name: "Questions",
                subcommands: [
                    ResolveCommand.self, ExplainCommand.self, ComponentCommand.self,
                    ExportCommand.self, ChangesCommand.self, TopCommand.self,
                    StatsCommand.self,
                ]),
            CommandGroup(
                name: "By hand",
                subcommands: [
                    LinkCommand.self, UnlinkCommand.self, BanCommand.self, UnbanCommand.self,
                    ProfilesCommand.self,
                ]),
            CommandGroup(
                name: "Proof",
                subcommands: [
                    DigestCommand.self, VerifyCommand.self, SimulateCommand.self, BenchCommand.self,
                ]),
            CommandGroup(
                name: "Cluster",
                subcommands: [ClusterCommand.self, KafkaCommand.self]),
            CommandGroup(
                name: "Copies",
                subcommands: [BackupCommand.self, RestoreCommand.self, RepartitionCommand.self]),
        ])
}

/// What this program calls itself.
enum Release {
    /// The release, as `--version` prints it.
    static let version = "0.1.0"
}

/// Runs the command line.
package enum KindredProgram {
    /// Parses the arguments, runs the command and ends the process with its status.
    package static func main() -> Never {
        // A closed pipe and a file at its limit are errors of writing, and told as such.
        signal(SIGPIPE, SIG_IGN)
        signal(SIGXFSZ, SIG_IGN)
        StandardFiles.holdPlaces()
        var status = ExitStatus.done
        do {
            #if KillPoints
            try KillSwitch.arm()
            #endif
            try refuseUndecodableWords()
            var command = try KindredCommand.parseAsRoot()
            try command.run()
        } catch let end as CommandEnd {
            Output.flush()
            if let message = end.message {
                Diagnostics.line(Escaping.controls("kindred: \(message)"))
            }
            status = end.status
        } catch {
            status = report(error)
        }
        Output.flush()
        exit(status)
    }

    /// Prints what the argument parser has to say: help on standard output, a wrong command line
    /// on standard error.
    private static func report(_ error: any Error) -> Int32 {
        let text = KindredCommand.fullMessage(for: error)
        guard KindredCommand.exitCode(for: error) != .success else {
            Output.line(text)
            return ExitStatus.done
        }
        Diagnostics.line(Escaping.controls(text))
        return ExitStatus.usage
    }

    /// A word that is not UTF-8 would be read as another one: an identifier that nobody meant.
    private static func refuseUndecodableWords() throws(CommandEnd) {
        for place in 1..<max(1, Int(CommandLine.argc)) {
            guard let bytes = CommandLine.unsafeArgv[place], String(validatingCString: bytes) == nil
            else { continue }
            throw CommandEnd(
                ExitStatus.usage, "word \(place) of the command line is not UTF-8; write it so")
        }
    }
}
