import Foundation
import Testing

/// What a consumer of the changes makes of them: of each customer it keeps what has the greatest
/// version, and forgets who was retired.
struct ChangesTable: Equatable {
    /// A customer as it was told.
    struct Customer: Equatable {
        var identifiers: Set<[UInt8]>
        var profile: [UInt8]
    }

    /// The live customers, by id.
    private(set) var customers: [String: Customer] = [:]
    /// By customer, also retired ones: the greatest version that was told.
    private(set) var versions: [String: Int] = [:]
    /// Changes that were told again.
    private(set) var repeats = 0

    static func == (left: ChangesTable, right: ChangesTable) -> Bool {
        left.customers == right.customers
    }

    /// By live customer, its profile.
    var profiles: [String: [UInt8]] { customers.mapValues(\.profile) }

    /// Takes a change as it is in the topic.
    mutating func take(_ text: [UInt8], key: [UInt8]?) throws {
        let object = try #require(
            try JSONSerialization.jsonObject(with: Data(text)) as? [String: Any])
        let id = try #require(object["customer_id"] as? String)
        let version = try #require(object["version"] as? Int)
        if let key { #expect(String(decoding: key, as: UTF8.self) == id) }
        guard version > versions[id] ?? 0 else {
            repeats += 1
            return
        }
        versions[id] = version
        guard object["type"] as? String != "customer.retired" else {
            customers[id] = nil
            return
        }
        var identifiers = customers[id]?.identifiers ?? []
        if let all = object["identifiers"] as? [String] { identifiers = Set(all.map(Self.bytes)) }
        for one in object["added"] as? [String] ?? [] { identifiers.insert(Self.bytes(one)) }
        for one in object["removed"] as? [String] ?? [] { identifiers.remove(Self.bytes(one)) }
        let profile = try JSONSerialization.data(
            withJSONObject: object["profile"] ?? [:], options: .sortedKeys)
        customers[id] = Customer(identifiers: identifiers, profile: Array(profile))
    }

    private static func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }
}
