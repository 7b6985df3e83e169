import Foundation
import Testing

/// A consumer of the change feed, as plain as can be: it holds each customer as its greatest
/// version says, whatever partitions the changes came from.
struct FeedConsumer {
    /// A customer as the changes, or an export, tell it.
    struct Customer: Equatable {
        var version: Int
        var identifiers: Set<String>
        var profile: JSONValue
    }

    /// By customer id.
    private(set) var customers: [String: Customer] = [:]
    /// The kinds of change that came.
    private(set) var kinds: Set<String> = []
    /// How often a customer came back that had retired.
    private(set) var rebirths = 0
    private var retired: Set<String> = []

    /// Folds changes, a line each, that may stand in any order.
    init(changes lines: some Sequence<some StringProtocol>) throws {
        var changes: [(id: String, version: Int, change: JSONValue)] = []
        for line in lines {
            let change = try JSONValue(line.utf8)
            changes.append((try change["customer_id"].string, change["version"].integer, change))
        }
        changes.sort { ($0.id, $0.version) < ($1.id, $1.version) }
        var last: (id: String, version: Int) = ("", 0)
        for (id, version, change) in changes {
            let before = last.id == id ? last.version : 0
            try #require(version == before + 1, "version \(version) of \(id) behind \(before)")
            last = (id, version)
            try fold(change, id, version)
        }
    }

    private mutating func fold(_ change: JSONValue, _ id: String, _ version: Int) throws {
        let kind = try change["type"].string
        kinds.insert(kind)
        guard kind != "customer.retired" else {
            try #require(customers[id] != nil, "\(id) retires and is not there")
            customers[id] = nil
            retired.insert(id)
            return
        }
        if retired.remove(id) != nil { rebirths += 1 }
        var customer =
            customers[id] ?? Customer(version: 0, identifiers: [], profile: .null)
        if change["identifiers"] != .null { customer.identifiers = [] }
        customer.identifiers.subtract(try change["removed"].strings)
        customer.identifiers.formUnion(try change["identifiers"].strings)
        customer.identifiers.formUnion(try change["added"].strings)
        customer.version = version
        customer.profile = change["profile"]
        customers[id] = customer
    }

    /// The customers of an export (`--format jsonl`).
    static func customers(ofExport lines: [String]) throws -> [String: Customer] {
        var customers: [String: Customer] = [:]
        for line in lines {
            let row = try JSONValue(line.utf8)
            customers[try row["customer_id"].string] = Customer(
                version: row["version"].integer, identifiers: Set(try row["identifiers"].strings),
                profile: row["profile"])
        }
        try #require(customers.count == lines.count, "each customer stands once")
        return customers
    }

    /// What differs from an export: a few of the customers; empty for nothing.
    func differences(fromExport lines: [String]) throws -> [String] {
        let wanted = try Self.customers(ofExport: lines)
        let ids = Set(customers.keys).union(wanted.keys).sorted()
        return ids.filter { customers[$0] != wanted[$0] }.prefix(3).map { id in
            "\(id): \(String(describing: customers[id])), not \(String(describing: wanted[id]))"
        }
    }

    /// The place that a change's line ends with.
    static func place(_ line: some StringProtocol) -> (partition: Int, offset: Int)? {
        let form = /"position":\{"partition":([0-9]+),"offset":([0-9]+)\}\}$/
        guard let match = String(line.suffix(100)).firstMatch(of: form),
            let partition = Int(match.1), let offset = Int(match.2)
        else { return nil }
        return (partition, offset)
    }

    /// Changes by partition, which must come in order and each once, from the first one's offset
    /// on.
    static func byPartition(
        _ lines: some Sequence<some StringProtocol>
    ) throws -> [Int: [String]] {
        var all: [Int: [String]] = [:]
        var next: [Int: Int] = [:]
        for line in lines {
            let found = Self.place(line)
            let place = try #require(found, "\(line)")
            let expected = next[place.partition] ?? place.offset
            try #require(place.offset == expected, "partition \(place.partition)")
            next[place.partition] = place.offset + 1
            all[place.partition, default: []].append(String(line))
        }
        return all
    }
}
