package import IdentityModel

/// One value of a profile, and where it came from.
package struct ProfileEntry: Equatable, Sendable {
    /// The value's name, in bytes of UTF-8.
    package let name: [UInt8]
    /// The value, as a block has it.
    package let value: [UInt8]
    /// Where it came from.
    package let origin: Origin

    /// Where a value came from.
    package enum Origin: Equatable, Sendable {
        /// One word.
        case word(ProfileWord)
        /// The words of a set, in the order of its elements; whether the set is full, so that there
        /// may have been more.
        case words([ProfileWord], isFull: Bool)
        /// So many events of the window, the first and the last of them, and whether no more can be
        /// remembered, so that there may have been more.
        case events(count: Int, first: EventTime, last: EventTime, isFull: Bool)
    }
}

/// Who said a value, and when.
package struct ProfileWord: Equatable, Sendable {
    /// Who said it, in bytes of UTF-8.
    package let source: [UInt8]
    /// The identifier of which it was said.
    package let member: NodeKey
    /// When, as the source says.
    package let time: EventTime

    /// A word of its parts.
    package init(source: [UInt8], member: NodeKey, time: EventTime) {
        self.source = source
        self.member = member
        self.time = time
    }
}
