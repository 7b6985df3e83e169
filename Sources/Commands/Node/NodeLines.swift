internal import Answers
internal import Foundation
internal import IdentityModel
internal import WireFormat

/// Resolves lines by asking a node, a thousand at a time.
struct NodeLines: LineResolver {
    let batchLines = RequestLimits.resolvedIDs
    /// 256 KiB: with one more line of 1 MiB, each byte as six characters of JSON, a request still
    /// has fewer than the 8 MiB that a node takes.
    let batchBytes = 1 << 18

    /// How often a batch is sent to a node that is too busy for it.
    private static let attempts = 5
    /// The longest wait between two attempts, in seconds.
    private static let waitSeconds = 5

    private let node: NodeClient
    private var parser = IdentifierParser(namespaces: .open)
    private var ids: [String] = []
    private var places: [Int] = []

    /// Asks a node.
    init(_ node: NodeClient) { self.node = node }

    private struct Request: Encodable {
        let ids: [String]
    }

    private struct Results: Decodable {
        struct Row: Decodable {
            let customerID: String?
            let error: String?

            private enum CodingKeys: String, CodingKey {
                case error
                case customerID = "customer_id"
            }
        }

        let results: [Row]
    }

    mutating func take(_ line: Span<UInt8>, place: Int) -> ResolveOutcome? {
        if ResolveID.customer(line) == nil, let rejected = parser.read(line) {
            // What no namespace table could mend. The rest is for the node, which has the table.
            switch rejected.reason {
            case .badUTF8, .badNamespace, .emptyValue, .lineTooLong:
                return .refused(rejected.reason.rawValue)
            default: break
            }
        }
        ids.append(String(decoding: line.indices.map { line[$0] }, as: UTF8.self))
        places.append(place)
        return nil
    }

    mutating func settle(
        _ found: (_ place: Int, _ outcome: ResolveOutcome) -> Void
    ) throws(CommandEnd) {
        defer {
            ids.removeAll(keepingCapacity: true)
            places.removeAll(keepingCapacity: true)
        }
        guard !ids.isEmpty else { return }
        let rows = try node.value(Results.self, of: try send()).results
        guard rows.count == places.count else { throw node.unreadable }
        for (place, row) in zip(places, rows) { found(place, try outcome(row)) }
    }

    /// Sends the batch, again where the node is too busy for it now.
    private func send() throws(CommandEnd) -> NodeClient.Reply {
        let content = NodeClient.Content(body: JSONText.data(Request(ids: ids)))
        var reply = try node.ask("/v1/resolve", sending: content)
        for _ in 1..<Self.attempts where reply.status == 429 {
            let seconds = min(max(reply.retryAfterSeconds ?? 1, 1), Self.waitSeconds)
            Thread.sleep(forTimeInterval: Double(seconds))
            reply = try node.ask("/v1/resolve", sending: content)
        }
        return reply
    }

    private func outcome(_ row: Results.Row) throws(CommandEnd) -> ResolveOutcome {
        if let customer = row.customerID {
            guard let anchor = NodeKey(hexadecimal: customer) else { throw node.unreadable }
            return .found(anchor)
        }
        if row.error == AnswerError.notFound { return .notFound }
        guard let word = row.error, Self.isWord(word) else { throw node.unreadable }
        return .refused(word)
    }

    /// Whether a text can be a stable word: small letters and `_`. It is printed as it is.
    private static func isWord(_ text: String) -> Bool {
        !text.isEmpty
            && text.utf8.allSatisfy {
                $0 >= UInt8(ascii: "a") && $0 <= UInt8(ascii: "z") || $0 == UInt8(ascii: "_")
            }
    }
}
