/// How much a page of an answer holds.
package enum PageLimits {
    /// Identifiers that `resolve` lists of one customer.
    package static let resolvedIdentifiers = 100
    /// Members and links together that `component` lists.
    package static let componentItems = 1_000
    /// Links of a path that `explain` lists.
    package static let pathLinks = 1_000
    /// Customers that `top` lists.
    package static let topCustomers = 10
    /// The most that may be asked for in one page on the command line, of whatever it holds.
    package static let maximum = 1_000_000
}
