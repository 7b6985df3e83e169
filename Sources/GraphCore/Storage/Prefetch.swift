internal import CPrefetch

/// Hints that `address` is used soon; changes no result.
@inline(__always)
package func kindredPrefetch(_ address: UnsafeRawPointer) {
    // unsafe: the processor ignores addresses that it cannot read.
    unsafe kindred_prefetch(address)
}
