/// The public, stable name of a customer: its anchor's node key.
///
/// The anchor is the member that is least by (namespace priority, first-seen time, node key), so
/// the id needs no counter: any replay of the same events under the same key names the same
/// customers alike, and a merged-away id stays an identifier's key that resolves for ever.
package struct CustomerID: Hashable, Sendable, BitwiseCopyable {
    /// The anchor's node key.
    package let anchor: NodeKey

    /// The customer that `anchor` names.
    package init(anchor: NodeKey) { self.anchor = anchor }
}

extension CustomerID: CustomStringConvertible {
    /// 32 lower-case hexadecimal digits, as users see it.
    package var description: String { anchor.hexadecimal }
}
