internal import IdentityModel

// The version of the machine's logic, over a store whose logs are its own.
extension PartitionGroup {
    /// The version in force; of partitions that differ, the greatest.
    package var logicVersion: UInt64 { runtimes.map(\.logicVersion).max() ?? 0 }

    /// Brings the greatest version into force that this program knows and may use, in all
    /// partitions; what an earlier raise has left undone is done in any case. From then on a
    /// release that lacks that version refuses the store.
    ///
    /// - Returns: whether a greater version is in force than before.
    /// - Throws: `StoreFailure`; the same again ends what was begun.
    package func raiseLogic() throws(StoreFailure) -> Bool {
        let before = logicVersion
        let version = max(before, settings.raisedLogic)
        let records = runtimes.filter { $0.logicVersion < version }
            .map { ($0.partition, $0.logicRecord(version)) }
        if !records.isEmpty { try append(records) }
        return version > before
    }
}
