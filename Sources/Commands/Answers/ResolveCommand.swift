internal import Answers
internal import ArgumentParser
internal import GraphCore

/// `kindred resolve`: the customer of each identifier or customer id.
struct ResolveCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resolve",
        abstract: "The customer of each identifier or customer id, present or past.",
        discussion: """
            A word with a colon is an identifier (ns:value), 32 hexadecimal digits are a customer \
            id. An id that was merged away or renamed resolves to the customer that has it now. \
            With --file every line is an id, and every answer a line in the same order: the id and \
            its customer, with --json {"id":…,"customer_id":…} or {"id":…,"error":…}; a line that \
            is no id is answered too. Exit status 1 if any is not found.
            """)

    @OptionGroup var source: SourceOptions
    @OptionGroup var format: FormatOptions
    @Option(
        help: ArgumentHelp(
            "Resolve the ids in this file, one a line; plain, gzip or zstd; - is standard input.",
            valueName: "file|-"))
    var file: String?
    @Option(help: ArgumentHelp("Identifiers that are listed of each customer.", valueName: "n"))
    var limit: Int = PageLimits.resolvedIdentifiers
    @Option(help: "List the identifiers behind those of the answer that gave this cursor.")
    var cursor: String?
    @Flag(help: "Show the values of sensitive attributes.") var reveal = false
    @Argument(help: "Identifiers (ns:value) or customer ids.")
    var ids: [String] = []

    func validate() throws {
        try PageLimits.check(limit)
        guard ids.isEmpty != (file == nil) else {
            throw ValidationError("name at least one id, or a file of ids with --file, not both")
        }
        guard cursor == nil || ids.count == 1 else {
            throw ValidationError("--cursor goes on with the answer to one id: name that one alone")
        }
    }

    func run() throws {
        if let file, file != "-" { try ReplayFiles.check([file]) }
        let place = try cursor.map { (text) throws(CommandEnd) in try Self.place(text) }
        let source = try source.open()
        let foundAll =
            try file.map { (file) throws(CommandEnd) in
                try source.resolveLines(of: file, asJSON: format.json)
            } ?? answerWords(source, place)
        try source.close()
        if !foundAll { throw CommandEnd.answerIsNo }
    }

    private func answerWords(
        _ source: any AnswerSource, _ place: MemberPosition?
    ) throws(CommandEnd) -> Bool {
        try source.check(ids)
        var foundAll = true
        for id in ids {
            let answer = try source.resolve(id, after: place, limit: limit, reveal: reveal)
            foundAll = foundAll && answer.error == nil
            if format.json {
                Output.line(JSONText.encode(answer))
            } else {
                print(answer)
            }
        }
        return foundAll
    }

    private static func place(_ text: String) throws(CommandEnd) -> MemberPosition {
        guard case .member(let place) = Cursor(text) else {
            throw Cursor.refused(text, by: "resolve")
        }
        return place
    }

    private func print(_ answer: ResolveAnswer) {
        let id = Escaping.terminal(answer.id.utf8)
        guard let customer = answer.customerID, let identifiers = answer.identifiers else {
            Output.line("\(id)\n  not found")
            return
        }
        Output.line(id)
        Output.line("  customer     \(customer)")
        Output.line("  identifiers  \(answer.identifierCount ?? 0)")
        for identifier in identifiers {
            Output.line("    " + Escaping.terminal(identifier.utf8))
        }
        defer {
            for line in ProfileLines.lines(answer.profile, answer.provenance) { Output.line(line) }
        }
        guard let next = answer.nextCursor else { return }
        let words = ["kindred", "resolve", answer.id, "--limit", "\(limit)", "--cursor", next]
        let rest = (answer.identifierCount ?? 0) - identifiers.count
        let count = cursor == nil ? "\(rest) more" : "more"
        Output.line("    and \(count): " + words.map(ShellText.quoted).joined(separator: " "))
    }
}
