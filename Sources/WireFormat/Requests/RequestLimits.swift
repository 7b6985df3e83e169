/// The sizes that requests may have. Each is tested at its edge.
package enum RequestLimits {
    /// The longest body of a request, in bytes: 8 MiB.
    package static let bodyBytes = 8 << 20
    /// The most ids that one request resolves.
    package static let resolvedIDs = 1_000
}
