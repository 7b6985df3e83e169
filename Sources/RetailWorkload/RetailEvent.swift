/// Where customers are met; each channel is a source of events.
package enum RetailChannel: UInt8, Sendable, CaseIterable {
    /// The web shop, at login.
    case web
    /// The mobile app.
    case app
    /// The store, at the till.
    case store
    /// The call centre.
    case callCentre

    /// The `source` of the channel's events.
    package var source: String {
        switch self {
        case .web: "web-login"
        case .app: "app"
        case .store: "store-pos"
        case .callCentre: "call-centre"
        }
    }
}

/// One line of the workload.
package struct RetailEvent: Equatable, Sendable {
    /// Why a line is there.
    package enum Kind: Sendable {
        /// A pair's first sighting.
        case link
        /// An earlier pair, seen again.
        case repeatedLink
        /// An earlier pair, taken back by the source that said it.
        case unlink
    }

    /// Why it is there.
    package let kind: Kind
    /// One end.
    package let first: RetailIdentifier
    /// The other end.
    package let second: RetailIdentifier
    /// Who says it.
    package let channel: RetailChannel
    /// Milliseconds since 1970.
    package let milliseconds: Int64
}

/// How many lines of each kind were written.
package struct RetailCounts: Equatable, Sendable {
    /// Pairs seen for the first time.
    package internal(set) var links = 0
    /// Pairs seen again.
    package internal(set) var repeatedLinks = 0
    /// Pairs taken back.
    package internal(set) var unlinks = 0

    /// Observes with attributes.
    package internal(set) var observations = 0

    /// Lines that say something of a pair.
    package var pairs: Int { links + repeatedLinks + unlinks }
    /// All lines; a CSV header is none.
    package var lines: Int { pairs + observations }
}
