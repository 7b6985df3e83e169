package import IdentityModel

/// How far a partition's fragments were brought to a new algebra: components in the order in which
/// they were minted, so many entities a tick.
///
/// What moves on the way is converted as it moves, and what comes from other partitions when it
/// arrives. So behind the sweep, and in what was minted after it began, all is converted.
package struct FragmentSweep: Equatable, Sendable {
    /// The sequence of the component that is looked at next.
    package var next: UInt64
    /// Behind the last that there was when the sweep began.
    package var end: UInt64
    /// Of a component in rows: its last member that was looked at; zero for none.
    package var after: NodeKey

    /// A sweep with its members.
    package init(next: UInt64, end: UInt64, after: NodeKey = NodeKey(high: 0, low: 0)) {
        self.next = next
        self.end = end
        self.after = after
    }
}
