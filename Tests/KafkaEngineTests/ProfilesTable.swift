import Foundation
import Testing

/// What a consumer of the topic of profiles makes of it: of each customer it keeps what has the
/// greatest version, and forgets who is deleted.
struct ProfilesTable {
    private struct Row {
        let version: Int
        let profile: [UInt8]?
    }

    private var rows: [String: Row] = [:]

    /// The live customers' profiles, by id.
    var profiles: [String: [UInt8]] { rows.compactMapValues(\.profile) }

    /// Takes a message.
    mutating func take(_ text: [UInt8], key: [UInt8]?) throws {
        let object = try #require(
            try JSONSerialization.jsonObject(with: Data(text)) as? [String: Any])
        let id = String(decoding: try #require(key), as: UTF8.self)
        let version = try #require(object["version"] as? Int)
        guard version > rows[id]?.version ?? 0 else { return }
        let profile = try (object["profile"] as? [String: Any]).map {
            Array(try JSONSerialization.data(withJSONObject: $0, options: .sortedKeys))
        }
        #expect((profile == nil) == (object["deleted"] as? Bool == true))
        rows[id] = Row(version: version, profile: profile)
    }
}
