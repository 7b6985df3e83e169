package import IdentityModel

/// A range of the scratch in one word. Events are handed over by value for every line, so they
/// are kept small: copying full ranges was measured at 15% of decoding.
struct PackedRange: Equatable, Sendable {
    private let packed: UInt64

    /// Packs a range of a buffer of less than 4 GiB.
    @inline(__always)
    init(_ range: Range<Int>) {
        packed =
            UInt64(UInt32(range.lowerBound)) | UInt64(UInt32(range.upperBound)) << 32
    }

    /// The range.
    @inline(__always)
    var range: Range<Int> {
        Int(UInt32(truncatingIfNeeded: packed))..<Int(UInt32(truncatingIfNeeded: packed >> 32))
    }
}

/// An identifier in the decoder's scratch: `ns:value`, normalised, contiguous.
package struct DecodedIdentifier: Equatable, Sendable {
    private let place: PackedRange
    private let nameLength: Int32
    private let nameIndex: Int32

    /// No identifier: the `b` of an observe.
    package static var absent: DecodedIdentifier {
        DecodedIdentifier(text: 0..<0, namespaceLength: 0, namespaceIndex: nil)
    }

    /// An identifier whose namespace and colon are the first bytes of `text`.
    @inline(__always)
    init(text: Range<Int>, namespaceLength: Int, namespaceIndex: Int?) {
        place = PackedRange(text)
        nameLength = Int32(namespaceLength)
        nameIndex = namespaceIndex.map(Int32.init) ?? -1
    }

    /// Where `ns:value` lies in the scratch; empty where there is no identifier.
    package var text: Range<Int> { place.range }

    /// The bytes of the namespace; the colon follows them.
    package var namespaceLength: Int { Int(nameLength) }

    /// The namespace's place in `NamespaceTable.namespaces`; nil where it is not named there.
    package var namespaceIndex: Int? { nameIndex < 0 ? nil : Int(nameIndex) }

    /// Where the normalised value lies in the scratch.
    package var value: Range<Int> {
        let text = text
        return text.isEmpty ? text : (text.lowerBound + namespaceLength + 1)..<text.upperBound
    }
}

/// A validated, normalised event. Its ranges point into the decoder's scratch and hold until the
/// decoder's next call.
package struct DecodedEvent: Equatable, Sendable {
    /// When it happened.
    package internal(set) var time = EventTime(milliseconds: 0)
    /// The first identifier.
    package internal(set) var a = DecodedIdentifier.absent
    /// The second identifier; absent for observe.
    package internal(set) var b = DecodedIdentifier.absent
    var sourcePlace = PackedRange(EventScratch.defaultSource)
    var eventIDPlace = PackedRange(0..<0)
    var reasonPlace = PackedRange(0..<0)
    var attributesPlace = PackedRange(0..<0)
    var ignored: Int32 = 0
    /// What is said of `a` and `b`.
    package internal(set) var operation = LinkOperation.link

    /// Who says so; `default` where the event names nobody.
    package var source: Range<Int> { sourcePlace.range }
    /// The event's own id; empty where it has none.
    package var eventID: Range<Int> { eventIDPlace.range }
    /// Why, as a person gave it; empty where nobody did.
    package var reason: Range<Int> { reasonPlace.range }
    /// What an observe says of its identifier: a block of attributes as `AttributeReader` reads it;
    /// empty where it says nothing.
    package var attributes: Range<Int> { attributesPlace.range }
    /// Keys of the event that mean nothing here: unknown ones, the `b` of an observe, attributes
    /// that are null, and all attributes of any other operation.
    package var ignoredKeys: Int { Int(ignored) }
}

/// What a decoder makes of one line or row.
package enum DecodeOutcome: Equatable, Sendable {
    /// An event to fold.
    case event(DecodedEvent)
    /// A refusal to count and to write to the rejects.
    case rejected(Rejected)
}
