internal import Answers
internal import Foundation

/// The change feed of a node: pages of its stream of events, so that no more of it waits here than
/// one page, however slow standard output is.
struct NodeChanges {
    private let node: NodeClient

    /// How many changes a page has at most.
    private static let pageChanges = 1_000

    /// Asks a node.
    init(_ node: NodeClient) { self.node = node }

    /// How a page ended.
    private struct Page {
        /// How many changes it had.
        var count = 0
        /// What the node said at its end; nil: it broke off.
        var end: End?
    }

    /// The last event of a stream.
    private struct End: Decodable {
        let reason: String
        let detail: String
    }

    /// Prints the changes that a command asks for; the position behind them. Ends well where it is
    /// interrupted.
    func tell(_ command: ChangesCommand) throws(CommandEnd) -> String {
        var position = command.from
        var left = command.limit ?? .max
        while left > 0 {
            let wanted = min(left, Self.pageChanges)
            let page = try page(command, wanted, &position)
            left -= page.count
            if Interruption.status != nil { break }
            guard Output.isRead else { throw CommandEnd(ExitStatus.done) }
            guard let end = page.end else { throw ended(position, "it broke its answer off") }
            guard end.reason == "done" else { throw ended(position, end.detail) }
            if page.count < wanted { break }
        }
        return position
    }

    private func page(
        _ command: ChangesCommand, _ limit: Int, _ position: inout String
    ) throws(CommandEnd) -> Page {
        var query = [
            ("from", position), ("limit", "\(limit)"),
            ("follow", "\(command.follow)"),
        ]
        if command.reveal { query.append(("reveal", "true")) }
        var page = Page()
        var place = position
        var reader = EventStreamReader()
        var isUnreadable = false
        defer { position = place }
        try node.stream("/v1/changes", query) { (bytes) throws(CommandEnd) in
            let isSound = reader.take(bytes) { event in
                if event.name == "end" {
                    page.end = JSONText.decode(End.self, from: Data(event.data ?? []))
                    isUnreadable = isUnreadable || page.end == nil
                } else if let data = event.data {
                    Output.write(data + [UInt8(ascii: "\n")])
                    page.count += 1
                }
                place = event.id ?? place
            }
            guard isSound, !isUnreadable else { throw node.unreadable }
            if command.follow { Output.flush() }
        }
        return page
    }

    private func ended(_ position: String, _ detail: String) -> CommandEnd {
        Output.flush()
        return .failed(
            "the node at \(node.address.text) ended the change feed: \(detail)",
            remedy: "go on with --from \(ShellText.quoted(position))")
    }
}
