import IdentityModel

/// What remembered events say together.
extension Tile {
    /// The sum of their numbers.
    static func sum(
        _ bytes: Span<UInt8>, _ payload: Range<Int>
    ) throws(WireError) -> FixedNumber {
        var sum: Int128 = 0
        for event in try events(bytes, payload, in: .sum) {
            var cursor = ByteCursor(event.value.range)
            guard case .number(let number) = try AttributeValue(bytes, &cursor),
                number.units.magnitude < FixedNumber.eventBound.magnitude
            else { throw WireError(.damaged, "an event's number is none, or is too large") }
            // As many numbers as a tile has stay within the bound of all numbers.
            sum += number.units
        }
        return FixedNumber(units: sum)
    }

    /// Where the scalar is that most events carried, each counted once for each that its array has;
    /// of equals that of the latest event, then the greatest. Nil where all have empty arrays.
    static func mostFrequent(
        _ bytes: Span<UInt8>, _ payload: Range<Int>
    ) throws(WireError) -> Range<Int>? {
        var carried: [Carried] = []
        for event in try events(bytes, payload, in: .frequent) {
            for value in try EntryWriter.distinct(bytes, event.value.range) {
                carried.append(Carried(value: value, time: event.time))
            }
        }
        try sort(&carried, bytes)
        var best: (count: Int, carried: Carried)?
        var start = 0
        for index in carried.indices {
            let next = index + 1
            if next < carried.count {
                let order = try AttributeOrder.compare(
                    bytes, carried[index].value, bytes, carried[next].value)
                if order == 0 { continue }
            }
            // Values ascend, and of one value times: so a later one wins where it is equal.
            let count = next - start
            start = next
            if let best, (count, carried[index].time) < (best.count, best.carried.time) { continue }
            best = (count, carried[index])
        }
        return best?.carried.value
    }

    /// A scalar and the time of an event that carried it.
    private struct Carried {
        let value: Range<Int>
        let time: Int64
    }

    /// Sorts by value, then time: merges runs of twice the length until one is left, since a
    /// comparison may throw.
    private static func sort(
        _ carried: inout [Carried], _ bytes: Span<UInt8>
    ) throws(WireError) {
        var length = 1
        while length < carried.count {
            var merged: [Carried] = []
            merged.reserveCapacity(carried.count)
            for start in stride(from: 0, to: carried.count, by: 2 * length) {
                let middle = min(start + length, carried.count)
                let end = min(start + 2 * length, carried.count)
                var (left, right) = (start, middle)
                while left < middle, right < end {
                    let isLeft = try !precedes(carried[right], carried[left], bytes)
                    merged.append(carried[isLeft ? left : right])
                    if isLeft { left += 1 } else { right += 1 }
                }
                merged += carried[left..<middle]
                merged += carried[right..<end]
            }
            carried = merged
            length *= 2
        }
    }

    private static func precedes(
        _ one: Carried, _ other: Carried, _ bytes: Span<UInt8>
    ) throws(WireError) -> Bool {
        let order = try AttributeOrder.compare(bytes, one.value, bytes, other.value)
        return order == 0 ? one.time < other.time : order < 0
    }
}
