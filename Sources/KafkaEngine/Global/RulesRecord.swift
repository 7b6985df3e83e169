internal import Foundation
internal import IdentityModel
internal import NodeRuntime
package import ProfileCore

/// The survivorship rules of a store as the global topic has them: the record `rules`.
///
///     {"format":1,"rules":"…","version":3}
///
/// `rules` is their stored form in base64: that, and no text of it, is what partitions fold by.
package enum RulesRecord {
    /// The record's key.
    package static let key = Array("rules".utf8)

    private struct Value: Codable {
        let format: Int
        let version: UInt64
        let rules: Data
    }

    /// The record's value.
    package static func encode(_ rules: SurvivorshipRules) -> [UInt8] {
        GlobalValue.encode(
            Value(
                format: GlobalValue.format, version: rules.version, rules: Data(rules.encode())))
    }

    /// The rules that a value says.
    ///
    /// - Throws: `EngineFailure`: a later release's, or damaged.
    package static func decode(_ value: [UInt8]) throws(EngineFailure) -> SurvivorshipRules {
        let found = try GlobalValue.decode(Value.self, from: value, of: "rules")
        let rules: SurvivorshipRules
        do throws(WireError) {
            rules = try SurvivorshipRules(decoding: [UInt8](found.rules).span)
        } catch {
            throw damaged(error.reason, error.code == .newerFormat)
        }
        guard rules.version == found.version else { throw damaged("it has two versions", false) }
        return rules
    }

    private static func damaged(_ reason: String, _ isNewer: Bool) -> EngineFailure {
        .store(
            StoreFailure(
                isNewer ? .newerFormat : .damaged,
                "the record rules of the global topic cannot be read: \(reason)",
                remedy: isNewer
                    ? Remedy.upgrade : "keep other programs from writing to the global topic"))
    }
}
