/// What an event says. The raw values are written in log records and never change.
package enum LinkOperation: UInt8, Sendable, CaseIterable, BitwiseCopyable {
    /// "a and b are the same customer."
    case link = 0
    /// Takes the same source's `link` of the pair back.
    case unlink = 1
    /// Outranks every source's link of the pair.
    case ban = 2
    /// Lifts the same source's `ban`.
    case unban = 3
    /// "a was seen": it exists, linked to nothing by this event.
    case observe = 4

    /// The word in events and on the command line.
    package var word: String {
        switch self {
        case .link: "link"
        case .unlink: "unlink"
        case .ban: "ban"
        case .unban: "unban"
        case .observe: "observe"
        }
    }
}
