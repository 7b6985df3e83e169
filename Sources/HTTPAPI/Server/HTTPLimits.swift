internal import Answers
internal import IdentityModel
internal import WireFormat

/// What one request, one connection and all of them together may take. Each has a test at its edge.
package struct HTTPLimits: Sendable {
    // MARK: One request

    /// The longest body, in bytes: 8 MiB. More is 413.
    package var bodyBytes = RequestLimits.bodyBytes
    /// The most events in one body. More is 413, and none of them is taken.
    package var eventsPerRequest = 10_000
    /// The most ids that one `POST /v1/resolve` names. More is 413.
    package var idsPerRequest = RequestLimits.resolvedIDs
    /// How deep arrays and objects of an event, or of a request, may nest. The decoders keep it.
    package static let nestingDepth = EventLimits.nestingDepth
    /// The longest path with its query, in bytes: two identifiers of the greatest size in percent
    /// escapes fit. More is 414.
    package var uriBytes = 8_192
    /// The longest single header line, in bytes; the request's line counts as one. More is 431.
    package var headerFieldBytes = 16_384
    /// All header lines together, in bytes. More is 431.
    package var headerBytes = 32_768
    /// How many header lines. More is 431.
    package var headerFields = 100
    /// From the whole body's arrival to the answer, in seconds. Later is 504.
    package var deadlineSeconds = 10.0
    /// From the head of a request to its body's end, in seconds. Later is 408.
    package var bodySeconds = 30.0
    /// A body that nobody needs is read to its end where it has at most so many bytes, so that
    /// the connection can go on; else the connection is closed behind the answer.
    package var skippedBodyBytes = 65_536

    // MARK: All requests

    /// How many requests are worked on at once. More are 429.
    package var requests = 256
    /// How many bytes of bodies are held at once, in all requests together: 256 MiB. More is 429.
    package var bodyBytesInFlight = 256 << 20
    /// When a client that was told 429 or 503 may come again, in seconds.
    package var retrySeconds = 1

    // MARK: The change feed

    /// How many clients follow the change feed at once. More are 429.
    package var followers = 64
    /// After how many seconds without a change a follower hears that it is still connected.
    package var heartbeatSeconds = 15.0
    /// How long a follower may take to read what was written to it, but for what the system holds
    /// for it, in seconds. Then it is cut off: it can come again with the last id that it had.
    package var followerSeconds = 30.0
    /// How many changes are written at once at most.
    package var changesAtOnce = 256
    /// About how many bytes of changes are written at once at most, as they are stored: 64 KiB.
    package var changeBytesAtOnce = 1 << 16

    // MARK: Connections

    /// How many connections are open at once; the next wait in the system's queue. Each takes a
    /// file descriptor, of which a process may have as few as 1,024: the store needs some.
    package var connections = 512
    /// How many connections wait in the system's queue.
    package var backlog = 256
    /// How long a connection may be silent between requests, or in a request's head, in seconds.
    package var idleSeconds = 60.0
    /// How long what a client still sends is thrown away before its connection is cut, in seconds:
    /// cut at once, it might lose the answer that tells why.
    package var lingerSeconds = 1.0

    // MARK: Pages

    /// Identifiers of one customer in a page: by default, and at most.
    package var resolvePage = PageBounds(
        standard: PageLimits.resolvedIdentifiers, greatest: 1_000)
    /// Members and links together in a page of a graph: by default, and at most.
    package var graphPage = PageBounds(standard: PageLimits.componentItems, greatest: 10_000)
    /// Links of a path in a page: by default, and at most.
    package var pathPage = PageBounds(standard: PageLimits.pathLinks, greatest: 1_000)
    /// Customers in a list of the largest: by default, and at most.
    package var topPage = PageBounds(standard: PageLimits.topCustomers, greatest: 1_000)

    /// What a node has.
    package static let standard = HTTPLimits()

    /// The limits that a node has; a test lowers some.
    package init() {}
}

/// How much a page holds.
package struct PageBounds: Sendable {
    /// Without `limit`.
    package let standard: Int
    /// The greatest `limit`.
    package let greatest: Int

    /// Bounds; `standard` lies within.
    package init(standard: Int, greatest: Int) {
        precondition(1 <= standard && standard <= greatest, "a page holds something")
        self.standard = standard
        self.greatest = greatest
    }
}
