internal import NodeRuntime

/// The version of the machine's logic that a store is at, as the global topic has it: the record
/// `logic`.
///
///     {"format":1,"version":2}
///
/// It is a record of its own, and not of the placement: a release that does not know it may write
/// the placement.
package enum LogicRecord {
    /// The record's key.
    package static let key = Array("logic".utf8)

    private struct Value: Codable {
        let format: Int
        let version: UInt64
    }

    /// The record's value.
    package static func encode(_ version: UInt64) -> [UInt8] {
        GlobalValue.encode(Value(format: GlobalValue.format, version: version))
    }

    /// The version that a value says; nil where it says none: nobody goes by it.
    ///
    /// - Throws: `EngineFailure`: a later release's.
    package static func decode(_ value: [UInt8]?) throws(EngineFailure) -> UInt64? {
        guard let value else { return nil }
        do throws(EngineFailure) {
            return try GlobalValue.decode(Value.self, from: value, of: "logic").version
        } catch .store(let failure) where failure.code == .damaged {
            return nil
        }
    }
}
