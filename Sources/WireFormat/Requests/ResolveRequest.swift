internal import IdentityModel

/// The body of `POST /v1/resolve`: `{"ids":["ns:value",…],"include":["identifiers",…]}`.
///
/// The ids stand one behind the other in one buffer, as their sender wrote them with escapes
/// undone; an id `{"ns":…,"value":…}` stands there as `ns:value`. A request that is read again
/// keeps its buffers.
package struct ResolveRequest: Sendable {
    /// What an answer holds besides its customer.
    package struct Include: OptionSet, Sendable {
        /// One bit a member.
        package let rawValue: UInt8
        /// The set of those bits.
        package init(rawValue: UInt8) { self.rawValue = rawValue }

        /// The customer's identifiers, the first page of them.
        package static let identifiers = Include(rawValue: 1)
        /// How many identifiers the customer has.
        package static let identifierCount = Include(rawValue: 2)
        /// What was observed of the customer, and the version of its last change.
        package static let profile = Include(rawValue: 4)
    }

    /// Where an id stands.
    private struct Place: Sendable {
        let text: PackedRange
        /// The bytes of the namespace where it was a field of its own, else -1.
        let namespaceLength: Int32
    }

    /// What the answers are to hold.
    package private(set) var include: Include = []
    /// The ids' bytes: `place(of:)` says which are whose.
    package private(set) var text: [UInt8] = []
    private var places: [Place] = []

    /// A request for nothing.
    package init() {}

    /// How many ids are asked for, at most `RequestLimits.resolvedIDs`.
    package var count: Int { places.count }

    /// Where the bytes of an id, counted from 0, stand in `text`: they are what an answer echoes.
    @inline(__always)
    package func place(of index: Int) -> Range<Int> { places[index].text.range }

    /// Reads what the id at `index`, counted from 0, asks for.
    @inline(__always)
    package func question(_ index: Int, by parser: inout IdentifierParser) -> ResolveID {
        let place = places[index]
        let length = place.namespaceLength < 0 ? nil : Int(place.namespaceLength)
        return ResolveID.read(
            text.span.extracting(place.text.range), namespaceLength: length, by: &parser)
    }

    /// Reads a body in place of what was read before, strictly: the first fault from left to
    /// right, behind that of a body too long or not UTF-8, refuses it whole. Returns nil if there
    /// is none; at a fault the request is one for nothing.
    package mutating func read(_ body: Span<UInt8>) -> RequestFault? {
        reset()
        do throws(RequestFault) {
            var scan = try ResolveRequestScan(body)
            try scan.scan(body, into: &self)
            return nil
        } catch {
            reset()
            return error
        }
    }

    private mutating func reset() {
        include = []
        text.removeAll(keepingCapacity: true)
        places.removeAll(keepingCapacity: true)
    }

    // MARK: What the scan adds

    mutating func insert(_ word: Include) { include.insert(word) }

    /// Makes the text from `start` on an id.
    @inline(__always)
    mutating func finishID(from start: Int, namespaceLength: Int? = nil) {
        places.append(
            Place(
                text: PackedRange(start..<text.count),
                namespaceLength: Int32(namespaceLength ?? -1)))
    }

    @inline(__always)
    mutating func append(_ byte: UInt8) { text.append(byte) }

    /// Appends what a string or a number of `body` stands for.
    @inline(__always)
    mutating func append(_ body: Span<UInt8>, _ token: JSONToken) {
        guard token.kind == .escapedString else { return text.append(body, token.range) }
        let start = text.count
        text.append(contentsOf: repeatElement(0, count: token.range.count))
        let end = JSONText.unescape(body, token.range, into: &text, at: start)
        text.removeSubrange(end...)
    }
}
