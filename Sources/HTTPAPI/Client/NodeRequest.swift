/// A question to another node over HTTP: a POST, which it may be asked twice.
package struct NodeRequest: Sendable {
    /// Who is asked.
    package let place: NodeServer.Address
    /// Path and query, encoded.
    package let target: String
    /// What is sent.
    package let body: [UInt8]

    /// A question of its members.
    package init(to place: NodeServer.Address, target: String, body: [UInt8]) {
        self.place = place
        self.target = target
        self.body = body
    }
}

/// What a node answered.
package struct NodeAnswer: Equatable, Sendable {
    /// The status.
    package let status: Int
    /// What followed.
    package let body: [UInt8]
}

/// Why there is no answer.
package enum NodeSilence: Error, Equatable, Sendable {
    /// Nobody takes connections there, or the one that there was has ended.
    case unreachable
    /// None came in time.
    case late
    /// These connections were closed.
    case closed
}
