package import IdentityModel

/// What is said of one identifier, as the graph carries it without reading it.
///
/// A byte that says which of the two it is; then of an event its time (signed varint), its source
/// and its id (counted), and the block of its attributes to the end.
package enum Observation: Equatable, Sendable {
    /// One event.
    case event(ObservedEvent)
    /// All that was said so far: a fragment.
    case fragment(ByteSlice)

    private static let eventKind: UInt8 = 1
    private static let fragmentKind: UInt8 = 2

    /// Appends an event: `source` has 1 to 256 bytes, `eventID` none or up to 256, `block` is of an
    /// `AttributeBlockBuilder`.
    package static func appendEvent(
        time: EventTime, source: Span<UInt8>, eventID: Span<UInt8>, block: Span<UInt8>,
        to bytes: inout [UInt8]
    ) {
        bytes.append(eventKind)
        bytes.appendSignedVarint(time.milliseconds)
        bytes.appendCounted(source)
        bytes.appendCounted(eventID)
        bytes.append(block)
    }

    /// Appends a fragment.
    package static func appendFragment(_ fragment: Span<UInt8>, to bytes: inout [UInt8]) {
        bytes.append(fragmentKind)
        bytes.append(fragment)
    }

    /// Reads the observation that is all of `bytes`; damage throws.
    package init(_ bytes: Span<UInt8>) throws(WireError) {
        var cursor = ByteCursor(0..<bytes.count)
        switch try cursor.byte(bytes) {
        case Observation.eventKind: self = .event(try ObservedEvent(bytes, cursor))
        case Observation.fragmentKind: self = .fragment(ByteSlice(cursor.offset..<bytes.count))
        default: throw WireError(.damaged, "an observation is of no known kind")
        }
    }
}

/// Where the parts of an observed event lie.
package struct ObservedEvent: Equatable, Sendable {
    /// When it happened.
    package let time: EventTime
    /// Who says it.
    package let source: ByteSlice
    /// Its id; empty where it has none.
    package let eventID: ByteSlice
    /// Its attributes.
    package let block: ByteSlice
    /// Time and source, which words of it begin with.
    let said: ByteSlice

    /// Reads from `start`, behind the kind, to the end.
    fileprivate init(_ bytes: Span<UInt8>, _ start: ByteCursor) throws(WireError) {
        var cursor = start
        time = EventTime(milliseconds: try cursor.signedVarint(bytes))
        source = ByteSlice(try cursor.counted(bytes))
        said = ByteSlice(start.offset..<cursor.offset)
        eventID = ByteSlice(try cursor.counted(bytes))
        block = ByteSlice(cursor.offset..<bytes.count)
        guard time.isAccepted, !source.range.isEmpty,
            source.range.count <= EventLimits.sourceBytes,
            eventID.range.count <= EventLimits.eventIDBytes,
            block.range.count <= AttributeLimits.eventBytes
        else { throw WireError(.damaged, "an observed event is beyond its limits") }
    }
}
