internal import Foundation
internal import IdentityModel
internal import NodeRuntime
internal import WireFormat

/// The file of `replay --changes`: the change feed as JSON Lines, each change once and in order of
/// its partition, also over a crash: a file that is there is gone on with behind its last whole
/// line. It is for its owner alone (mode 0600), and masks sensitive attributes unless it is to
/// reveal them.
final class ChangesFile {
    private let path: String
    private let output: FileOutput
    private let feed: ChangeFeed
    private let reveal: Bool
    private var reader: FeedReader

    /// How many changes are copied at a time, and about how many bytes.
    private static let (batchChanges, batchBytes) = (4_096, 4 << 20)

    /// Goes on with the file, or makes it with all changes that are kept.
    init(_ path: String, _ store: OpenStore, reveal: Bool) throws(CommandEnd) {
        if let shortage = store.shortage {
            throw CommandEnd(shortage.failure, folder: store.folder.path)
        }
        guard let feed = store.feed else {
            preconditionFailure("a replay that lists changes keeps them")
        }
        self.path = path
        self.feed = feed
        self.reveal = reveal
        var start = feed.oldest
        for (partition, next) in try ChangesFileEnd.next(path, start.offsets.count).enumerated() {
            if let next { start.offsets[partition] = next }
        }
        do throws(FeedError) {
            reader = try feed.reader(from: .position(start))
        } catch {
            throw Self.end(error, path)
        }
        output = try FileOutput(path: path, mode: 0o600, isContinued: true)
    }

    /// Copies what was told since the last call.
    func drain() throws(CommandEnd) {
        var text: [UInt8] = []
        while true {
            let changes: [FeedChange]
            do throws(FeedError) {
                changes = try reader.read(atMost: Self.batchChanges, bytes: Self.batchBytes)
            } catch {
                throw Self.end(error, path)
            }
            guard !changes.isEmpty else { return try output.flush() }
            text.removeAll(keepingCapacity: true)
            let rules = reveal ? nil : feed.rulesInForce
            for change in changes {
                do throws(WireError) {
                    try change.appendLine(to: &text, masking: rules)
                } catch {
                    throw CommandEnd(unreadable: error)
                }
            }
            try output.write(text)
        }
    }

    private static func end(_ error: FeedError, _ path: String) -> CommandEnd {
        switch error {
        case .store(let failure): CommandEnd(failure, folder: path)
        case .gone:
            .failed(
                "\(path) cannot be gone on with: \(error.reason)",
                remedy: "name a new file; whoever reads the old one begins anew from an export")
        case .ahead:
            .failed(
                "\(path) is not of this store, or of a later time of it: \(error.reason)",
                remedy: "name a new file; whoever reads the old one begins anew from an export")
        }
    }
}

extension CommandEnd {
    /// A change of the feed is damaged.
    init(unreadable error: WireError) {
        self = .failed(
            "a change of the feed cannot be read: \(error.reason)",
            remedy: "remove the folder changes of the store; the feed then begins anew")
    }
}
