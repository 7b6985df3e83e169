import IdentityModel

/// The payload of a set: words with distinct values, ascending by value. Of each value it keeps the
/// greatest (time, source, member), and of all values those with the latest times.
///
/// Which values stay depends on times and values alone, and times only grow: so a value that went
/// would go in any order.
enum ElementSet {
    /// The elements of one of two sets that are joined.
    private struct Element: BitwiseCopyable {
        let register: Register
        let isTheirs: Bool
    }

    /// Both sets as one of at most `cap` elements, as a fold has it or as a fragment; nil where
    /// that is the first as it stands. Members are given where the bytes do not say them.
    static func joined(
        _ ours: Span<UInt8>, _ our: ByteSlice, of ourMember: NodeKey?,
        _ theirs: Span<UInt8>, _ their: ByteSlice, of theirMember: NodeKey?,
        cap: Int, isFold: Bool
    ) throws(WireError) -> [UInt8]? {
        let left = try registers(ours, our, of: ourMember)
        let right = try registers(theirs, their, of: theirMember)
        var elements: [Element] = []
        elements.reserveCapacity(left.count + right.count)
        var index = 0
        for other in right {
            var isOurs = false
            while index < left.count {
                let order = try AttributeOrder.compare(
                    ours, left[index].value.range, theirs, other.value.range)
                if order > 0 { break }
                isOurs = order == 0 && RegisterOrder.said(ours, left[index], theirs, other) >= 0
                if order < 0 || isOurs {
                    elements.append(Element(register: left[index], isTheirs: false))
                }
                index += 1
                if order == 0 { break }
            }
            if !isOurs { elements.append(Element(register: other, isTheirs: true)) }
        }
        for register in left[index...] {
            elements.append(Element(register: register, isTheirs: false))
        }
        keepLatest(cap, of: &elements)
        guard elements.count != left.count || elements.contains(where: \.isTheirs) else {
            return nil
        }
        var payload: [UInt8] = []
        for element in elements {
            let bytes = element.isTheirs ? theirs : ours
            if isFold {
                element.register.appendToFold(bytes, &payload)
            } else {
                payload.append(bytes, element.register.whole.range)
            }
        }
        return payload
    }

    /// The elements of a set, checked.
    static func registers(
        _ bytes: Span<UInt8>, _ payload: ByteSlice, of member: NodeKey?
    ) throws(WireError) -> [Register] {
        var cursor = ByteCursor(payload.range)
        var registers: [Register] = []
        while cursor.remaining > 0 {
            let register = try Register(bytes, &cursor, of: member)
            if let last = registers.last {
                let order = try AttributeOrder.compare(
                    bytes, last.value.range, bytes, register.value.range)
                guard order < 0, registers.count < ProfileLimits.setElements else {
                    throw WireError(.damaged, "a set's elements do not ascend, or are too many")
                }
            }
            registers.append(register)
        }
        return registers
    }

    /// Drops the elements that are least by time and then value; they ascend by value.
    private static func keepLatest(_ cap: Int, of elements: inout [Element]) {
        while elements.count > cap {
            var least = 0
            for index in elements.indices
            where elements[index].register.time < elements[least].register.time {
                least = index
            }
            elements.remove(at: least)
        }
    }
}
