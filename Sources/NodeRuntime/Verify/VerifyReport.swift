/// What `StoreVerifier` found in a partition's store, and what it counted on the way.
package struct VerifyReport: Equatable, Sendable {
    /// The findings that are listed, in the order in which they were met: at most
    /// `VerifyLimits.listedFindings`, and of each code at most `VerifyLimits.listedPerCode`.
    package let findings: [VerifyFinding]
    /// How many there are of each code; a code that was not found is absent.
    package let counts: [VerifyFinding.Code: Int]
    /// Identifiers that exist, as the homes say.
    package let identifiers: UInt64
    /// Customers: sets of identifiers that live pairs connect.
    package let customers: UInt64
    /// Pairs of which some evidence is known.
    package let pairs: UInt64
    /// Pairs that are live by their registers.
    package let liveLinks: UInt64

    /// How many findings there are, listed or not.
    package var findingCount: Int { counts.values.reduce(0, +) }
    /// Whether the store agrees with its evidence.
    package var isClean: Bool { findingCount == 0 }
}

/// How much a report holds. Each is tested at its edge.
package enum VerifyLimits {
    /// Findings that are listed at most; the rest is counted.
    package static let listedFindings = 1_000
    /// Findings of one code that are listed at most, so that one fault that shows a million times
    /// does not hide another.
    package static let listedPerCode = 100
}

/// Collects findings up to the limits and counts the others.
struct FindingList {
    private(set) var listed: [VerifyFinding] = []
    private(set) var counts: [VerifyFinding.Code: Int] = [:]  // lookup and sum only

    /// Adds a finding; its texts are made only if it is listed.
    mutating func add(
        _ code: VerifyFinding.Code, _ subject: @autoclosure () -> String,
        _ message: @autoclosure () -> String
    ) {
        let count = counts[code, default: 0] + 1
        counts[code] = count
        guard count <= VerifyLimits.listedPerCode, listed.count < VerifyLimits.listedFindings
        else { return }
        listed.append(VerifyFinding(code, subject(), message()))
    }
}
