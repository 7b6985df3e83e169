internal import Foundation
internal import NodeRuntime

/// The values of the global topic's records: JSON objects, members in the order of their names, so
/// that equal values are equal bytes. A member that a reader does not know it ignores; what it must
/// not ignore comes with a higher `format`.
package enum GlobalValue {
    /// The format that this release writes, and the latest that it reads.
    package static let format = 1

    private struct Version: Decodable { let format: Int }

    /// The bytes of a value, which has a member `format`.
    package static func encode(_ value: some Encodable) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(value) else {
            preconditionFailure("a global record holds nothing that JSON lacks")
        }
        return Array(data)
    }

    /// The value that bytes hold.
    ///
    /// - Parameter what: names the record in errors: its key, where that is the program's own word.
    /// - Throws: `EngineFailure.store`: `.newerFormat`, or `.damaged`.
    package static func decode<Value: Decodable>(
        _ type: Value.Type, from bytes: [UInt8], of what: String
    ) throws(EngineFailure) -> Value {
        let decoder = JSONDecoder()
        let data = Data(bytes)
        let version = (try? decoder.decode(Version.self, from: data))?.format
        if let version, version > format {
            throw .store(
                StoreFailure(
                    .newerFormat,
                    "the record \(what) of the global topic has format \(version); this release "
                        + "reads up to \(format)",
                    remedy: Remedy.upgrade))
        }
        guard version == format, let value = try? decoder.decode(type, from: data) else {
            throw .store(
                StoreFailure(
                    .damaged, "the record \(what) of the global topic is none that Kindred wrote",
                    remedy: "keep other programs from writing to the global topic"))
        }
        return value
    }
}
