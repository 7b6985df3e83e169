internal import IdentityModel
package import ProfileCore
package import WireFormat

/// The change feed of an open store: where it is kept, and how far it reaches, which the
/// partitions' owners say and readers look at.
///
///     owner: changes of a tick ──▶ port ──▶ reach ──▶ listener       reader: reach ──▶ port
///
/// A reader so knows without a look at the port whether there is anything to read, and whether what
/// it would read next has gone, also where nothing is kept that could show it.
///
/// `@unchecked Sendable`: all that varies is read and written under `mutex` alone.
package final class ChangeFeed: @unchecked Sendable {
    /// Where the changes are.
    package let port: any FeedPort
    private let mutex = Mutex()
    /// By partition, from the first change that is kept to behind the last that was told.
    private var reach: [Range<UInt64>]
    /// By partition.
    private var rules: [SurvivorshipRules]
    private var listener: (@Sendable () -> Void)?
    private var takenBackCount: UInt64 = 0

    /// The feed of a store of so many partitions, which say how far it reaches when they are
    /// opened.
    package init(_ port: any FeedPort, partitions: Int) {
        self.port = port
        reach = Array(repeating: 0..<0, count: partitions)
        rules = Array(repeating: .standing, count: partitions)
    }

    // MARK: Owners

    /// Says what can be read of a partition: from the first change that is kept to behind the last
    /// that was told.
    func note(_ reach: Range<UInt64>, of partition: PartitionID) {
        mutex.locked { () -> (@Sendable () -> Void)? in
            let place = Int(partition.rawValue)
            let isNews = self.reach[place] != reach
            self.reach[place] = reach
            return isNews ? listener : nil
        }?()
    }

    /// Says which survivorship rules are in force at a partition.
    func note(_ rules: SurvivorshipRules, of partition: PartitionID) {
        mutex.locked { self.rules[Int(partition.rawValue)] = rules }
    }

    /// So many changes were told that are not: a power loss has taken what they came of.
    func noteTakenBack(_ count: UInt64) { mutex.locked { takenBackCount += count } }

    /// How many changes were told, before the store was opened, that a power loss has taken back.
    /// Whoever has read them is to begin anew.
    package var takenBack: UInt64 { mutex.locked { takenBackCount } }

    // MARK: Readers

    /// Calls `body` whenever there is more to read or less is kept, on any thread, several at once.
    func listen(_ body: (@Sendable () -> Void)?) { mutex.locked { listener = body } }

    /// By partition, what can be read.
    var bounds: [Range<UInt64>] { mutex.locked { reach } }

    /// Behind all that was told so far.
    package var newest: FeedPosition { FeedPosition(offsets: bounds.map(\.upperBound)) }

    /// Before all that is kept.
    package var oldest: FeedPosition { FeedPosition(offsets: bounds.map(\.lowerBound)) }

    /// The survivorship rules that are in force: those of the greatest version, for partitions
    /// learn of new ones one after the other.
    package var rulesInForce: SurvivorshipRules {
        mutex.locked { rules }.max { $0.version < $1.version } ?? .standing
    }

    /// A reader that begins at a place.
    ///
    /// - Throws: `FeedError`: the place is none of what is kept.
    package func reader(from start: FeedStart) throws(FeedError) -> FeedReader {
        switch start {
        case .oldest: return FeedReader(self, from: oldest)
        case .now: return FeedReader(self, from: newest)
        case .position(let position):
            for (place, bounds) in bounds.enumerated() {
                let (partition, offset) = (PartitionID(UInt16(place)), position.offsets[place])
                if offset < bounds.lowerBound {
                    throw .gone(partition, next: offset, first: bounds.lowerBound)
                }
                if offset > bounds.upperBound {
                    throw .ahead(partition, next: offset, end: bounds.upperBound)
                }
            }
            return FeedReader(self, from: position)
        }
    }
}

/// Where a reader of the change feed begins.
package enum FeedStart: Equatable, Sendable {
    /// At the oldest change that is kept.
    case oldest
    /// Behind the last change that was told.
    case now
    /// At a place that it came to before.
    case position(FeedPosition)

    /// What a text is read as.
    package enum Outcome: Equatable, Sendable {
        /// A place.
        case start(FeedStart)
        /// It is none: a sentence that says what is due.
        case malformed(String)
    }

    /// Reads `oldest`, `now`, or a position that names each of so many partitions.
    package static func parse(_ text: String, partitions: Int) -> Outcome {
        switch text {
        case "oldest": return .start(.oldest)
        case "now": return .start(.now)
        default:
            switch FeedPosition.parse(text, partitions: partitions) {
            case .position(let position): return .start(.position(position))
            case .malformed(let reason): return .malformed(reason)
            }
        }
    }
}
