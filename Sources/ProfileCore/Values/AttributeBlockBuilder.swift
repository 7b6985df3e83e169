package import IdentityModel

/// Makes a block of the attributes of one event, which come in any order.
///
/// For each attribute: `begin`, then one value (`add`, or `beginArray`, elements, `endArray`); then
/// `finish`. What a limit or a rule forbids is refused at once, and the builder then wants
/// `removeAll`. It keeps its room from one event to the next.
package struct AttributeBlockBuilder: Sendable {
    /// Names and values as a block holds them, in the order in which they came.
    private var bytes: [UInt8] = []
    /// Where they lie, by name.
    private var entries: [Entry] = []
    /// The entry whose value is being made.
    private var current = 0
    /// Where that value starts.
    private var valueStart = 0
    /// How many elements the array has that is being made.
    private var elements: Int?

    private struct Entry: BitwiseCopyable {
        /// The name's bytes.
        let name: ByteSlice
        /// From the name's length to the end of the value.
        var start: UInt32
        var end: UInt32
    }

    /// A builder without attributes.
    package init() {}

    /// How many attributes there are.
    package var count: Int { entries.count }

    /// Forgets every attribute.
    package mutating func removeAll() {
        bytes.removeAll(keepingCapacity: true)
        entries.removeAll(keepingCapacity: true)
        elements = nil
    }

    /// Begins the attribute of that name, UTF-8. Refuses a name that is empty, too long, has a
    /// control character or was there before, and an attribute too many.
    package mutating func begin(_ name: Span<UInt8>) -> Rejected? {
        if let rejected = AttributeNames.rejected(name) { return rejected }
        guard entries.count < AttributeLimits.perEvent else {
            return Rejected(
                .tooManyAttributes,
                "an event has at most \(AttributeLimits.perEvent) attributes: send the others in "
                    + "another event")
        }
        let start = bytes.count
        bytes.appendCounted(name)
        valueStart = bytes.count
        elements = nil
        let place = ByteSlice(bytes.count - name.count..<bytes.count)
        var index = entries.count
        while index > 0 {
            let order = AttributeOrder.compareBytes(
                bytes.span, entries[index - 1].name.range, bytes.span, place.range)
            if order < 0 { break }
            if order == 0 {
                return Rejected(.duplicateKey, "an event names the same attribute twice")
            }
            index -= 1
        }
        let entry = Entry(name: place, start: UInt32(start), end: UInt32(valueStart))
        entries.insert(entry, at: index)
        current = index
        return nil
    }

    /// Adds a boolean: the value, or an array's element.
    package mutating func add(_ flag: Bool) -> Rejected? {
        bytes.appendValue(flag)
        return close()
    }

    /// Adds a number: the value, or an array's element.
    package mutating func add(_ number: FixedNumber) -> Rejected? {
        bytes.appendValue(number)
        return close()
    }

    /// Adds a string of UTF-8: the value, or an array's element.
    package mutating func add(string: Span<UInt8>) -> Rejected? {
        bytes.appendValue(string: string)
        return close()
    }

    /// Begins an array.
    package mutating func beginArray() {
        precondition(elements == nil, "arrays do not nest")
        // The count, which fits a byte, is written at the end.
        bytes.appendArrayHead(count: 0)
        elements = 0
    }

    /// Ends the array.
    package mutating func endArray() -> Rejected? {
        guard let count = elements else { preconditionFailure("an array was begun") }
        elements = nil
        bytes[valueStart + 1] = UInt8(count)
        return close()
    }

    /// Appends the block to `block`. Refuses one that is too long.
    package func finish(to block: inout [UInt8]) -> Rejected? {
        let start = block.count
        block.appendVarint(UInt64(entries.count))
        for entry in entries {
            precondition(
                Int(entry.end) > entry.name.range.upperBound, "each attribute is given its value")
            block.append(bytes.span, Int(entry.start)..<Int(entry.end))
        }
        let length = block.count - start
        guard length <= AttributeLimits.eventBytes else {
            block.removeSubrange(start...)
            return Rejected(
                .tooManyAttributes,
                "the attributes take \(length) bytes together, \(AttributeLimits.eventBytes) are "
                    + "allowed")
        }
        return nil
    }

    /// Ends a scalar or an array.
    private mutating func close() -> Rejected? {
        if let count = elements {
            guard count < AttributeLimits.arrayElements else {
                return Rejected(
                    .valueTooLong,
                    "an attribute's array has at most \(AttributeLimits.arrayElements) elements")
            }
            elements = count + 1
        }
        let length = bytes.count - valueStart
        guard length <= AttributeLimits.valueBytes else {
            return Rejected(
                .valueTooLong,
                "an attribute's value takes \(length) bytes, \(AttributeLimits.valueBytes) are "
                    + "allowed")
        }
        entries[current].end = UInt32(bytes.count)
        return nil
    }
}
