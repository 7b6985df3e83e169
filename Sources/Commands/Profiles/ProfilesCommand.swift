internal import Answers
internal import ArgumentParser

/// `kindred profiles`: the survivorship rules.
struct ProfilesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "profiles",
        abstract: "The survivorship rules: by which a customer's profile is made.",
        discussion: """
            A rule says which of the values that were observed of a customer's identifiers stands \
            in its profile: the last, the first, the most trusted source's, a set, a count in a \
            window, and more. docs/profiles.md tells of them, docs/profiles.schema.json is for \
            editors.
            """,
        subcommands: [ValidateCommand.self, ShowCommand.self, ApplyCommand.self])

    /// `kindred profiles validate`.
    struct ValidateCommand: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "validate", abstract: "Check a file of rules; no store is asked.",
            discussion: "Exit status 3 where it is wrong, with the line and what to do.")

        @Argument(help: "A profiles.yaml, or the same as JSON.") var file: String
        @OptionGroup var format: FormatOptions

        func run() throws {
            let answer = ProfilesAnswer(ofFile: try ProfilesFile(file).rules)
            guard !format.json else { return Output.line(JSONText.encode(answer)) }
            Output.line("\(Escaping.terminal(file.utf8)) is valid: \(ProfilesText.sum(answer))")
            for line in ProfilesText.list(answer.profiles) { Output.line(line) }
        }
    }

    /// `kindred profiles show`.
    struct ShowCommand: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "show", abstract: "Print the rules in force, as a profiles.yaml.",
            discussion: "What it prints can be changed and applied, with --json its 'profiles'.")

        @OptionGroup var source: SourceOptions
        @OptionGroup var format: FormatOptions

        func run() throws {
            let source = try source.open()
            let answer = try source.profiles()
            if format.json {
                Output.line(JSONText.encode(answer))
            } else {
                for line in ProfilesText.file(answer) { Output.line(line) }
            }
            try source.close()
        }
    }

    /// `kindred profiles apply`.
    struct ApplyCommand: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "apply", abstract: "Put a file's rules in force.",
            discussion: """
                They get the next version; the same rules again change nothing. Profiles are made \
                anew bit by bit; what new rules lack of earlier events comes by replaying them, \
                which changes nothing else. Where a running node holds the store, that node takes \
                the rules. A node, or a replay, that is started with --profiles puts that file's \
                rules in force again.
                """)

        @OptionGroup var data: DataOptions
        @OptionGroup var format: FormatOptions
        @Argument(help: "A profiles.yaml, or the same as JSON.") var file: String

        func run() throws {
            let settings = try data.settings()
            let file = try ProfilesFile(file)
            let answer: ProfilesAnswer
            switch try StoreLock.orNode(of: settings.folder) {
            case .lock(let lock):
                var request = try settings.storeRequest()
                request.rules = file.rules
                answer = try Self.put(request, lock)
            case .node(let serving, let address):
                serving.announce(asking: address, of: settings.folder)
                answer = try NodeClient(address).put(profiles: file, serving.token)
            }
            guard !format.json else { return Output.line(JSONText.encode(answer)) }
            let version = "version \(answer.version ?? 0)"
            guard answer.changed == true else {
                return Output.line("nothing changes: these rules are in force as \(version)")
            }
            Output.line("\(version) is in force: \(ProfilesText.sum(answer))")
            Output.line(
                "what new rules lack of earlier events comes by replaying them (kindred replay)")
        }

        /// Opening the store puts them in force.
        private static func put(
            _ request: StoreRequest, _ lock: StoreLock
        ) throws(CommandEnd) -> ProfilesAnswer {
            let store = try OpenStore(request, lock)
            if let shortage = store.shortage {
                store.abandon()
                throw CommandEnd(shortage.failure, folder: request.folder)
            }
            let answer = ProfilesAnswer(inForce: store.rules, changed: store.hasNewRules)
            try store.close()
            return answer
        }
    }
}
