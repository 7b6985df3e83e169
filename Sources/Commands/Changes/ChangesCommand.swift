internal import ArgumentParser
internal import NodeRuntime
internal import WireFormat

/// `kindred changes`: the change feed.
struct ChangesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "changes",
        abstract: "The change feed: what became of customers, as JSON Lines.",
        discussion: """
            A change a line: created, updated, merged, split, renamed, retired. A customer's \
            changes have versions that rise by one; whoever applies them in that order holds the \
            customers that there are, from whichever partitions they come. At the end the \
            position to go on from is told on standard error. A feed is kept by kindred serve, \
            and from the first replay --changes on. Values of sensitive attributes are masked \
            unless --reveal is given.
            """)

    @OptionGroup var source: SourceOptions
    @Option(
        help: ArgumentHelp(
            "Begin at this position, as a command, an event or an export told it; oldest: at the "
                + "oldest change that is kept; now: behind the last.", valueName: "position"))
    var from: String
    @Flag(help: "Go on with what a node tells from then on, until interrupted.")
    var follow = false
    @Option(help: ArgumentHelp("End after so many changes.", valueName: "n"))
    var limit: Int?
    @Flag(help: "Show the values of sensitive attributes.") var reveal = false
    @Flag(help: "Print JSON Lines: there is no other form.") var json = false

    func validate() throws {
        guard limit ?? 1 >= 1 else { throw ValidationError("--limit must be at least 1") }
        guard !["oldest", "now"].contains(from) else { return }
        for part in from.split(separator: ",", omittingEmptySubsequences: false) {
            guard case .malformed(let reason) = MinimumPosition.parse(String(part)) else {
                continue
            }
            throw ValidationError(
                "--from: \(reason); a position in the feed is written 0:17,1:5; or give oldest, now"
            )
        }
    }

    func run() throws {
        Interruption.watch()
        let position: String
        switch try source.find() {
        case .store(let request, let lock):
            guard !follow else {
                throw CommandEnd(
                    ExitStatus.usage,
                    "--follow waits for what a node tells, and none holds the folder; start one "
                        + "('kindred serve'), or leave --follow out")
            }
            position = try StoredChanges(request, lock).tell(self)
        case .node(let node): position = try NodeChanges(node).tell(self)
        }
        Output.flush()
        Diagnostics.line("kindred: go on from \(position)")
        if let status = Interruption.status { throw CommandEnd(status) }
    }
}
