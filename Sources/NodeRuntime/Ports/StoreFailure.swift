/// Why a log or a state store refused or failed.
package struct StoreFailure: Error, Equatable, Sendable {
    /// What went wrong.
    package enum Code: Sendable {
        /// Another process holds the store.
        case held
        /// The store may not be written.
        case readOnly
        /// There is no room left.
        case noSpace
        /// What is stored is damaged, lost in part, or contradicts itself.
        case damaged
        /// It was written by a later release.
        case newerFormat
        /// It belongs to another key or other settings.
        case otherConfiguration
        /// The operating system or the database said no.
        case ioError
    }

    /// What went wrong.
    package let code: Code
    /// One sentence for a person: what is wrong, with the file's name where that is known.
    package let reason: String
    /// One sentence for a person: what to do.
    package let remedy: String
    /// Whether it is the state that is damaged, what checkpoints hold, and not the log: where that
    /// is kept by others, the state can be made anew.
    package let isOfState: Bool

    /// A failure with its sentences.
    package init(_ code: Code, _ reason: String, remedy: String, isOfState: Bool = false) {
        self.code = code
        self.reason = reason
        self.remedy = remedy
        self.isOfState = isOfState
    }

    /// What partitions say to each other finds no room in their logs; it is said again once they
    /// are opened with room.
    static let noRoomForDeliveries = StoreFailure(
        .noSpace, "No space left for what partitions say to each other",
        remedy: "free space on the disk, then run this again")

    /// What a partition has told finds no room in the change feed; it is told again once the
    /// partition is opened with room.
    static let noRoomForChanges = StoreFailure(
        .noSpace, "No space left for the change feed",
        remedy: "free space on the disk, then run this again")

    /// A partition that serves has refused a question; whoever put it knows why.
    package static let partitionRefused = StoreFailure(
        .held, "a partition has refused the question", remedy: "ask again in a moment")

    /// Whether the same call may succeed later without anybody's doing.
    package var isRetriable: Bool { code == .noSpace || code == .held }
    /// Whether the process must not go on with the store.
    package var isFatal: Bool { code == .damaged || code == .ioError }
}
