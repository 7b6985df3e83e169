internal import IdentityModel
internal import NodeRuntime
internal import WireFormat

/// The change feed of a store that this process holds.
struct StoredChanges {
    private let store: OpenStore

    /// How many changes are read at a time, and about how many bytes.
    private static let (batchChanges, batchBytes) = (1_024, 1 << 20)

    /// Opens the store, whose folder is locked.
    init(_ request: StoreRequest, _ lock: StoreLock) throws(CommandEnd) {
        store = try OpenStore(request, lock)
    }

    /// Prints the changes that a command asks for; the position behind them.
    func tell(_ command: ChangesCommand) throws(CommandEnd) -> String {
        let end: CommandEnd
        do throws(CommandEnd) {
            let position = try print(command)
            try store.close()
            return position
        } catch {
            end = error
        }
        store.abandon()
        throw end
    }

    private func print(_ command: ChangesCommand) throws(CommandEnd) -> String {
        if let shortage = store.shortage {
            throw CommandEnd(shortage.failure, folder: store.folder.path)
        }
        guard let feed = store.feed else {
            throw .failed(
                "\(store.folder.path) keeps no change feed",
                remedy: "'kindred serve' keeps one from its first start on, and so does 'kindred "
                    + "replay --changes FILE'; what came before is in an export")
        }
        // What a killed process has not told yet is told now.
        try store.failing { (group) throws(StoreFailure) in try group.checkpoint() }
        var reader = try reader(of: feed, from: command.from)
        let rules = command.reveal ? nil : feed.rulesInForce
        var left = command.limit ?? .max
        var text: [UInt8] = []
        while left > 0, Interruption.status == nil {
            let changes: [FeedChange]
            do throws(FeedError) {
                changes = try reader.read(
                    atMost: min(left, Self.batchChanges), bytes: Self.batchBytes)
            } catch { throw end(error) }
            guard !changes.isEmpty else { break }
            text.removeAll(keepingCapacity: true)
            for change in changes {
                do throws(WireError) {
                    try change.appendLine(to: &text, masking: rules)
                } catch { throw CommandEnd(unreadable: error) }
            }
            Output.write(text)
            left -= changes.count
        }
        return reader.position.text
    }

    private func reader(
        of feed: ChangeFeed, from text: String
    ) throws(CommandEnd) -> FeedReader {
        switch FeedStart.parse(text, partitions: store.folder.partitions.count) {
        case .malformed(let reason):
            throw .failed("--from: \(reason)", remedy: "give a position of this store's feed")
        case .start(let start):
            do throws(FeedError) {
                return try feed.reader(from: start)
            } catch { throw end(error) }
        }
    }

    private func end(_ error: FeedError) -> CommandEnd {
        if case .store(let failure) = error {
            return CommandEnd(failure, folder: store.folder.path)
        }
        return .failed("\(store.folder.path): \(error.reason)", remedy: error.remedy)
    }
}
