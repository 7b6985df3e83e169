internal import IdentityModel
package import ProfileCore
package import WireFormat

/// Reads what a checkpoint says of itself.
package enum StoredHeader {
    /// The header; nil where no checkpoint was ever written.
    ///
    /// - Throws: `StoreFailure`.
    package static func read(_ state: some StatePort) throws(StoreFailure) -> PartitionHeader? {
        var value: [UInt8] = []
        guard try state.read(StateKey.header, into: &value) else { return nil }
        do throws(WireError) {
            return try PartitionHeader(value.span)
        } catch {
            throw StoreFailure(
                error.code == .newerFormat ? .newerFormat : .damaged,
                "the checkpoint's header cannot be read: \(error.reason)",
                remedy: error.code == .newerFormat ? Remedy.upgrade : Remedy.rebuild,
                isOfState: error.code != .newerFormat)
        }
    }

    /// The survivorship rules that a checkpoint stands under.
    ///
    /// - Throws: `StoreFailure`.
    package static func rules(
        of header: PartitionHeader
    ) throws(StoreFailure) -> SurvivorshipRules {
        do throws(WireError) {
            return try SurvivorshipRules(inForce: header.rules)
        } catch {
            throw StoreFailure(
                error.code == .newerFormat ? .newerFormat : .damaged,
                "the checkpoint's survivorship rules cannot be read: \(error.reason)",
                remedy: error.code == .newerFormat ? Remedy.upgrade : Remedy.rebuild,
                isOfState: error.code != .newerFormat)
        }
    }

    /// The names by number, from 1 to `count`.
    ///
    /// - Throws: `StoreFailure`.
    package static func names(
        _ family: StateKey.Family, count: UInt32, _ state: some StatePort
    ) throws(StoreFailure) -> [[UInt8]] {
        var names: [[UInt8]] = []
        for number in 0..<count {
            var name: [UInt8] = []
            let key =
                family == .namespace
                ? StateKey.namespace(number + 1) : StateKey.source(number + 1)
            guard try state.read(key, into: &name) else {
                throw StoreFailure(
                    .damaged, "the checkpoint has lost a name of its \(family) table",
                    remedy: Remedy.rebuild, isOfState: true)
            }
            names.append(name)
        }
        return names
    }
}
