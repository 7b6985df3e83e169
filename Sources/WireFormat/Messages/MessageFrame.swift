package import GraphCore
package import IdentityModel

/// Reads the messages of one delivery.
package enum MessageFrame {
    /// The messages in the body of a delivery. All is checked, so that folding cannot fail.
    /// A body that is accepted is the one that `MessageWriter` would write of its messages.
    ///
    /// - Parameters:
    ///   - body: Where `Record.messages` says that they lie.
    ///   - namespaceNumber: The reader's number for a namespace's name, not 0. Asked once for each
    ///     of the record's, in order of first use, before the messages are looked at; a record may
    ///     turn out to be damaged after that.
    /// - Throws: `WireError`.
    package static func decode(
        _ bytes: Span<UInt8>, body: Range<Int>, namespaceNumber: ([UInt8]) -> UInt32
    ) throws(WireError) -> [GraphMessage] {
        var cursor = ByteCursor(body)
        let numbers = try names(bytes, &cursor).map(namespaceNumber)
        let count = try cursor.count(bytes, leastBytes: MessageForm.leastBytes)
        guard count > 0, count <= MessageLimits.messages else {
            throw WireError(.damaged, "a count of messages is out of bounds")
        }
        var messages: [GraphMessage] = []
        messages.reserveCapacity(count)
        var used = 0
        for _ in 0..<count {
            let message = try MessageForm.decode(bytes, &cursor) { number throws(WireError) in
                // Numbers are in order of first use, so a new one is the next.
                guard number <= used + 1, number <= numbers.count else {
                    throw WireError(.damaged, "a message names a namespace out of turn")
                }
                used = max(used, Int(number))
                return numbers[Int(number) - 1]
            }
            messages.append(message)
        }
        guard used == numbers.count else {
            throw WireError(.damaged, "a record has namespaces that its messages lack")
        }
        try cursor.finish()
        return messages
    }

    /// Up to this many names are looked for one after the other.
    private static let scannedNames = 16

    private static func names(
        _ bytes: Span<UInt8>, _ cursor: inout ByteCursor
    ) throws(WireError) -> [[UInt8]] {
        var names: [[UInt8]] = []
        var known: Set<[UInt8]> = []  // lookup only: all but the first few
        for _ in 0..<(try cursor.count(bytes, leastBytes: 2)) {
            var name: [UInt8] = []
            name.append(bytes, try cursor.counted(bytes))
            guard name.count > 0, name.count <= EventLimits.namespaceBytes else {
                throw WireError(.damaged, "a name's length is out of bounds")
            }
            guard !names.prefix(scannedNames).contains(name),
                names.count < scannedNames || known.insert(name).inserted
            else { throw WireError(.damaged, "a record names a namespace twice") }
            names.append(name)
        }
        return names
    }
}
