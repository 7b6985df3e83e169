import IdentityModel

/// The payload of a set: words with distinct values, ascending by value. Of each value it keeps the
/// greatest (time, source, member), and of all values those with the latest times.
///
/// Which values stay depends on times and values alone, and times only grow: so a value that went
/// would go in any order.
enum ElementSet {
    /// Both sets as one of at most `cap` elements, as a fold has it or as a fragment; nil where
    /// that is the first as it stands. Members are given where the bytes do not say them.
    static func joined(
        _ ours: Span<UInt8>, _ our: Range<Int>, of ourMember: NodeKey?,
        _ theirs: Span<UInt8>, _ their: Range<Int>, of theirMember: NodeKey?,
        cap: Int, isFold: Bool
    ) throws(WireError) -> [UInt8]? {
        let left = try registers(ours, our, of: ourMember)
        let right = try registers(theirs, their, of: theirMember)
        // Where each element comes from: from ours at its index, or theirs behind all of ours.
        var places: [Int] = []
        places.reserveCapacity(left.count + right.count)
        var index = 0
        for (place, other) in right.enumerated() {
            var isOurs = false
            while index < left.count {
                let order = try AttributeOrder.compare(
                    ours, left[index].value, theirs, other.value)
                if order > 0 { break }
                isOurs = order == 0 && RegisterOrder.said(ours, left[index], theirs, other) >= 0
                if order < 0 || isOurs { places.append(index) }
                index += 1
                if order == 0 { break }
            }
            if !isOurs { places.append(left.count + place) }
        }
        places += index..<left.count
        keepLatest(cap, of: &places, left, right)
        guard places.count != left.count || places.contains(where: { $0 >= left.count }) else {
            return nil
        }
        var payload: [UInt8] = []
        payload.reserveCapacity(our.count + their.count + right.count * NodeKey.byteCount)
        for place in places {
            if place < left.count {
                payload.append(ours, left[place].whole)
            } else if isFold {
                right[place - left.count].appendToFold(theirs, &payload)
            } else {
                payload.append(theirs, right[place - left.count].whole)
            }
        }
        return payload
    }

    /// The elements of a set, checked.
    static func registers(
        _ bytes: Span<UInt8>, _ payload: Range<Int>, of member: NodeKey?
    ) throws(WireError) -> [Register] {
        var cursor = ByteCursor(payload)
        var registers: [Register] = []
        while cursor.remaining > 0 {
            let register = try Register(bytes, &cursor, of: member)
            if let last = registers.last {
                let order = try AttributeOrder.compare(
                    bytes, last.value, bytes, register.value)
                guard order < 0, registers.count < ProfileLimits.setElements else {
                    throw WireError(.damaged, "a set's elements do not ascend, or are too many")
                }
            }
            registers.append(register)
        }
        return registers
    }

    /// Drops the elements that are least by time and then value; they ascend by value.
    private static func keepLatest(
        _ cap: Int, of places: inout [Int], _ left: [Register], _ right: [Register]
    ) {
        func time(_ place: Int) -> Int64 {
            place < left.count ? left[place].time : right[place - left.count].time
        }
        while places.count > cap {
            var least = 0
            for index in places.indices where time(places[index]) < time(places[least]) {
                least = index
            }
            places.remove(at: least)
        }
    }
}
