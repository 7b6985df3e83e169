/// A place in the change feed of a whole store: for each partition the offset of the next change
/// that is not read. Written `0:17,1:5`.
package struct FeedPosition: Equatable, Sendable {
    /// By partition.
    package var offsets: [UInt64]

    /// What a text is read as.
    package enum Outcome: Equatable, Sendable {
        /// A place.
        case position(FeedPosition)
        /// It is none: a sentence that says what is due.
        case malformed(String)
    }

    /// A place with its offsets.
    package init(offsets: [UInt64]) { self.offsets = offsets }

    /// The place as text.
    package var text: String {
        var bytes: [UInt8] = []
        appendText(to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Appends the place as text.
    package func appendText(to bytes: inout [UInt8]) {
        for (partition, offset) in offsets.enumerated() {
            if partition > 0 { bytes.append(UInt8(ascii: ",")) }
            bytes.appendDecimal(UInt64(partition))
            bytes.append(UInt8(ascii: ":"))
            bytes.appendDecimal(offset)
        }
    }

    /// Whether everything before another place of the same feed is before this one too.
    package func hasReached(_ other: FeedPosition) -> Bool {
        zip(offsets, other.offsets).allSatisfy { $0 >= $1 }
    }

    /// Reads `P:N,P:N,…`, which names each of so many partitions once, in any order.
    package static func parse(_ text: String, partitions: Int) -> Outcome {
        var offsets: [UInt64?] = Array(repeating: nil, count: partitions)
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            switch MinimumPosition.parse(String(part)) {
            case .malformed(let reason): return .malformed(reason)
            case .position(let place):
                let partition = Int(place.partition)
                guard partition < partitions else {
                    return .malformed(
                        "there is no partition \(partition): the store has \(partitions)")
                }
                guard offsets[partition] == nil else {
                    return .malformed("partition \(partition) stands twice")
                }
                offsets[partition] = place.offset
            }
        }
        let whole = offsets.compactMap { $0 }
        guard whole.count == partitions else {
            let missing = offsets.firstIndex { $0 == nil } ?? 0
            return .malformed(
                "a position in the feed names all \(partitions) partitions, 0:17,1:5 for instance; "
                    + "partition \(missing) is missing")
        }
        return .position(FeedPosition(offsets: whole))
    }
}
