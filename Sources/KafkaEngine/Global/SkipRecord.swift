internal import IdentityModel
internal import NodeRuntime

/// A record that all nodes are to pass over, as somebody has said: the record
/// `skip/<partition>/<offset>` of the global topic.
///
///     {"format":1,"reason":"…","since":1767323045678}
package struct SkipRecord: Equatable, Sendable {
    /// The partition whose log has it.
    package let partition: UInt16
    /// Where it is.
    package let offset: UInt64
    /// Why, in the words of whoever said so.
    package let reason: String
    /// When it was said, in milliseconds since 1970.
    package let since: Int64

    private static let prefix = Array("skip/".utf8)

    private struct Value: Codable {
        let format: Int
        let reason: String
        let since: Int64
    }

    /// Says that a record is to be passed over.
    package init(partition: UInt16, offset: UInt64, reason: String, since: Int64) {
        self.partition = partition
        self.offset = offset
        self.reason = reason
        self.since = since
    }

    /// The record of a key and a value; nil where it is another, or says nothing that can be read:
    /// then nothing is passed over.
    ///
    /// - Throws: `EngineFailure`: a later release's.
    package init?(key: [UInt8], value: [UInt8]) throws(EngineFailure) {
        guard let place = Self.place(key) else { return nil }
        let found: Value
        do throws(EngineFailure) {
            found = try GlobalValue.decode(Value.self, from: value, of: "skip")
        } catch .store(let failure) where failure.code == .damaged {
            return nil
        }
        self.init(
            partition: place.partition, offset: place.offset, reason: found.reason,
            since: found.since)
    }

    /// The record's key and value.
    package var encoded: (key: [UInt8], value: [UInt8]) {
        (
            Self.prefix + Array("\(partition)/\(offset)".utf8),
            GlobalValue.encode(
                Value(format: GlobalValue.format, reason: reason, since: since))
        )
    }

    /// What the key of such a record names; nil for another key.
    package static func place(_ key: [UInt8]) -> (partition: UInt16, offset: UInt64)? {
        guard key.starts(with: prefix) else { return nil }
        let parts = key.dropFirst(prefix.count).split(
            separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        guard parts.count == 2,
            let partition = UInt16(String(decoding: parts[0], as: UTF8.self)),
            let offset = UInt64(String(decoding: parts[1], as: UTF8.self))
        else { return nil }
        return (partition, offset)
    }
}
