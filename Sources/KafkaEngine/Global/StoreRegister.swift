/// Which store the records of the global topic say that it is: the first that says so, and what
/// others make of it by adding namespaces. Of two that write at once the first is the store's.
///
/// Compaction keeps the last record: where that is not the one that stands, what stands must be
/// written again.
package struct StoreRegister: Equatable, Sendable {
    /// The store; nil where none is written.
    package private(set) var standing: StoreIdentity?
    /// Whether the last record says what stands.
    package private(set) var isLast = true

    /// A register of no record.
    package init() {}

    /// Takes the value of the next record `store`; nil: somebody has taken the store out.
    ///
    /// - Throws: `EngineFailure`: a later release's, or damaged.
    package mutating func take(_ value: [UInt8]?) throws(EngineFailure) {
        guard let value else {
            self = StoreRegister()
            return
        }
        let next = try GlobalValue.decode(StoreIdentity.self, from: value, of: "store")
        if standing?.isExtended(by: next) ?? true { standing = next }
        isLast = next == standing
    }

    /// What is to be written so that the last record says what stands: `own` where no store is
    /// written, or where it is the one that stands with namespaces added; nil: nothing.
    package func record(toClaim own: StoreIdentity) -> StoreIdentity? {
        guard let standing, !standing.isExtended(by: own) else { return own }
        return isLast ? nil : standing
    }
}
