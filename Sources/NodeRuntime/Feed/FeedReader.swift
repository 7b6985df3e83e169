package import IdentityModel
package import ProfileCore
package import WireFormat

/// A change as a reader of the feed gets it.
package struct FeedChange: Equatable, Sendable {
    /// Whose log it came out of.
    package let partition: PartitionID
    /// Its place in that partition's feed.
    package let offset: UInt64
    /// Its stored form; `ChangeForm` reads it.
    package let bytes: [UInt8]

    /// Appends it as one line of JSON, with its end; see `appendText`.
    ///
    /// - Throws: `WireError`: it is damaged.
    package func appendLine(
        to text: inout [UInt8], masking rules: SurvivorshipRules?
    ) throws(WireError) {
        try appendText(to: &text, masking: rules)
        text.append(UInt8(ascii: "\n"))
    }

    /// Appends it as one JSON object. Values of attributes that `rules` call sensitive are masked;
    /// nil shows them.
    ///
    /// - Returns: the customer that it is about.
    /// - Throws: `WireError`: it is damaged.
    @discardableResult
    package func appendText(
        to text: inout [UInt8], masking rules: SurvivorshipRules?
    ) throws(WireError) -> NodeKey {
        let change = try ChangeForm.decode(bytes.span)
        try text.appendChange(
            change, in: bytes.span, partition: partition, offset: offset, masking: rules)
        return change.customer
    }
}

/// Reads the change feed of a store from a place on, without a gap. Of one partition changes come
/// in order; between partitions there is none: a customer's versions say what is later.
///
/// Every call may block; the owners of the partitions write meanwhile and wait for nobody.
package struct FeedReader: Sendable {
    private let feed: ChangeFeed
    /// Behind the last change that was read.
    package private(set) var position: FeedPosition
    /// The partition that is looked at first.
    private var turn = 0

    init(_ feed: ChangeFeed, from position: FeedPosition) {
        self.feed = feed
        self.position = position
    }

    /// Whether `read` would give something, or say why it cannot; asks no store.
    package var hasNews: Bool {
        zip(feed.bounds, position.offsets).contains { bounds, offset in
            offset < bounds.upperBound
        }
    }

    /// The next changes, some of each partition in turn: at most so many, and no further one once
    /// they have so many bytes; none where all were read.
    ///
    /// - Throws: `FeedError`, before any change is given: the position stays where it is.
    package mutating func read(
        atMost limit: Int, bytes: Int = .max
    ) throws(FeedError) -> [FeedChange] {
        let bounds = feed.bounds
        var found: [FeedChange] = []
        var room = bytes
        for left in bounds.indices.reversed() where found.count < limit && room > 0 {
            // What partitions before it have left is for those behind it.
            let share = max(1, (limit - found.count) / (left + 1))
            do throws(FeedError) {
                try read(turn, in: bounds[turn], atMost: share, &room, into: &found)
            } catch {
                guard !found.isEmpty else { throw error }
                return found
            }
            turn = (turn + 1) % bounds.count
        }
        return found
    }

    private mutating func read(
        _ place: Int, in bounds: Range<UInt64>, atMost limit: Int, _ room: inout Int,
        into found: inout [FeedChange]
    ) throws(FeedError) {
        let partition = PartitionID(UInt16(place))
        let start = position.offsets[place]
        guard start < bounds.upperBound else { return }
        var (next, left) = (start, room)
        var changes: [FeedChange] = []
        do throws(StoreFailure) {
            try feed.port.read(from: start, of: partition) { offset, change in
                guard offset == next else { return false }
                var copy: [UInt8] = []
                copy.append(change)
                left -= copy.count
                changes.append(FeedChange(partition: partition, offset: offset, bytes: copy))
                next += 1
                return changes.count < limit && left > 0 && next < bounds.upperBound
            }
        } catch {
            throw .store(error)
        }
        guard !changes.isEmpty else {
            // It has gone since then, or had before.
            let first = max(bounds.lowerBound, feed.bounds[place].lowerBound)
            throw .gone(partition, next: start, first: first)
        }
        (position.offsets[place], room) = (next, left)
        found += changes
    }
}
