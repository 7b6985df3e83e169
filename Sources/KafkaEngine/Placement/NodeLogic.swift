internal import PartitionCore

/// Which versions of the machine's logic a node knows, and which it lets the store be raised to.
package struct NodeLogic: Equatable, Sendable {
    /// The versions that it knows.
    package let known: ClosedRange<UInt64>
    /// The version that it does not let the store be raised beyond; nil: none.
    package let limit: UInt64?

    /// What a node knows, and allows.
    package init(_ known: ClosedRange<UInt64>, limit: UInt64? = nil) {
        self.known = known
        self.limit = limit
    }

    /// Of a release that tells nothing of it.
    static let untold = NodeLogic(PartitionMachine.firstLogic...PartitionMachine.firstLogic)

    /// The version that the store may be raised to, as far as the node goes.
    package var raised: UInt64 { PartitionMachine.raisedLogic(known: known, limit: limit) }
}

extension NodeLogic: Codable {
    private enum CodingKeys: String, CodingKey { case least, greatest, limit }

    /// What is coded; throws `DecodingError` where no program knows such versions.
    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let least = try container.decode(UInt64.self, forKey: .least)
        let greatest = try container.decode(UInt64.self, forKey: .greatest)
        guard least > 0, least <= greatest else {
            throw DecodingError.dataCorruptedError(
                forKey: .greatest, in: container, debugDescription: "no program knows such versions"
            )
        }
        self.init(
            least...greatest, limit: try container.decodeIfPresent(UInt64.self, forKey: .limit))
    }

    /// Codes what the node knows, and allows.
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(known.lowerBound, forKey: .least)
        try container.encode(known.upperBound, forKey: .greatest)
        try container.encodeIfPresent(limit, forKey: .limit)
    }
}
