/// Splits the body of a request into the texts of its events, allocating nothing for one.
///
/// A body is a JSON array of events, one JSON object, or JSON Lines; its first byte behind a byte
/// order mark and white space tells:
/// - `[`: an array. An element that can be told from its neighbours is handed out whatever is in
///   it, so that only that event is refused. An array that is wrong itself (a comma missing, no
///   end, something behind the end) is a fault of the whole body.
/// - `{`: one event, over as many lines as it likes, if the bracket's other end is the body's;
///   else JSON Lines.
/// - Anything else: JSON Lines if the request's media type says so, else a fault.
///
/// In JSON Lines each line is an event and can spoil only itself; blank lines are none, a carriage
/// return before the line feed belongs to it, and the last line needs no end.
///
/// An array's fault may stand behind events that were handed out before. Of such a body nothing
/// may be taken: ask `survey` first, or drop what came when `next` ends with a `fault`.
///
/// The texts are what `JSONEventDecoder.decode` takes as a line: white space, line feeds too, is
/// nothing to it. An event's index is the number of events before it.
package struct EventBody: Sendable {
    /// How a body holds its events.
    package enum Shape: Sendable {
        /// It has none: nothing, or white space.
        case empty
        /// One JSON object.
        case object
        /// A JSON array, perhaps of nothing.
        case array
        /// An event a line.
        case lines
        /// In none of these ways: there is a `fault` from the start.
        case unreadable
    }

    /// How the body holds its events.
    package let shape: Shape
    /// Why the body is refused as a whole, as far as it was read.
    package private(set) var fault: RequestFault?
    /// How many events were handed out.
    package private(set) var count = 0
    /// Where the next event is looked for.
    private var position: Int
    /// Where the events end: behind the one object, else the body's end.
    private let end: Int
    private let bodyCount: Int
    /// Whether the array was read to its end, or to a fault.
    private var isOver = false

    private static let comma = UInt8(ascii: ",")
    private static let closingBracket = UInt8(ascii: "]")
    private static let arrayEnd: StaticString = "the array has no end: ] is due"
    private static let carriageReturn = UInt8(ascii: "\r")

    /// Looks at the body's beginning; `isLines` where the media type is that of JSON Lines.
    package init(_ body: Span<UInt8>, isLines: Bool = false) {
        let start = JSONExtent.skipWhiteSpace(body, from: JSONExtent.start(of: body))
        bodyCount = body.count
        position = start
        var end = body.count
        if start == body.count {
            shape = .empty
        } else if body[start] == UInt8(ascii: "[") {
            shape = .array
            position = JSONExtent.skipWhiteSpace(body, from: start + 1)
        } else if body[start] == UInt8(ascii: "{") {
            let objectEnd = EventBody.endOfOnlyObject(body, from: start)
            shape = objectEnd == nil ? .lines : .object
            end = objectEnd ?? end
        } else if isLines {
            shape = .lines
        } else {
            shape = .unreadable
            fault = EventBody.unreadable(body, at: start)
        }
        self.end = end
    }

    /// Whether the body has nothing in it but white space.
    package var isEmpty: Bool { shape == .empty }

    /// The next event's text in `body`, which is the one that this was made with; nil behind the
    /// last and at a fault.
    @inline(__always)
    package mutating func next(in body: Span<UInt8>) -> Range<Int>? {
        precondition(body.count == bodyCount, "a body is split with the bytes it was made with")
        let found =
            switch shape {
            case .array: nextElement(body)
            case .lines: nextLine(body)
            case .object, .empty, .unreadable: nextWhole()
            }
        if found != nil { count += 1 }
        return found
    }

    /// Splits what is left without moving on: how many events were and are there in all, and what
    /// is wrong with the body. Events before a fault are counted.
    package func survey(_ body: Span<UInt8>) -> (count: Int, fault: RequestFault?) {
        var rest = self
        while rest.next(in: body) != nil {}
        return (rest.count, rest.fault)
    }

    /// The end of the object at `start` if nothing but white space follows it.
    private static func endOfOnlyObject(_ body: Span<UInt8>, from start: Int) -> Int? {
        guard let end = JSONExtent.endOfContainer(body, from: start),
            JSONExtent.skipWhiteSpace(body, from: end) == body.count
        else { return nil }
        return end
    }

    private static func unreadable(_ body: Span<UInt8>, at start: Int) -> RequestFault {
        let first = body[start]
        if first == 0xFE || first == 0xFF {
            return RequestFault(.badUTF8, at: start, "the body is no UTF-8: send it as UTF-8")
        }
        return RequestFault(
            .malformedJSON, at: start,
            "an array of events, one event, or an event a line is due: [ or {")
    }

    private mutating func nextWhole() -> Range<Int>? {
        guard shape == .object, position < end else { return nil }
        defer { position = end }
        return position..<end
    }

    /// At `position` lies an element, the end of the array, or too early the end of the body.
    @inline(__always)
    private mutating func nextElement(_ body: Span<UInt8>) -> Range<Int>? {
        if isOver { return nil }
        let start = position
        guard start < body.count else { return fail(EventBody.arrayEnd) }
        if count == 0, body[start] == EventBody.closingBracket {
            _ = close(body)
            return nil
        }
        guard let end = JSONExtent.endOfValue(body, from: start) else {
            position = body.count
            return fail("the array has no end: a string or a bracket is open")
        }
        guard end > start else { return fail("an event is due") }
        position = JSONExtent.skipWhiteSpace(body, from: end)
        guard position < body.count else { return fail(EventBody.arrayEnd) }
        if body[position] == EventBody.comma {
            position = JSONExtent.skipWhiteSpace(body, from: position + 1)
            return start..<end
        }
        guard body[position] == EventBody.closingBracket else {
            return fail("a comma or the end of the array is due")
        }
        return close(body) ? start..<end : nil
    }

    /// Moves over the array's bracket; false if something stands behind it.
    private mutating func close(_ body: Span<UInt8>) -> Bool {
        isOver = true
        position = JSONExtent.skipWhiteSpace(body, from: position + 1)
        if position == body.count { return true }
        _ = fail("nothing may follow the array")
        return false
    }

    /// Refuses the body at `position`.
    @inline(never)
    private mutating func fail(_ explanation: StaticString) -> Range<Int>? {
        isOver = true
        fault = RequestFault(.malformedJSON, at: position, explanation)
        return nil
    }

    @inline(__always)
    private mutating func nextLine(_ body: Span<UInt8>) -> Range<Int>? {
        while position < body.count {
            let lineEnd = JSONExtent.endOfLine(body, from: position)
            let start = JSONExtent.skipWhiteSpace(body, from: position)
            if start >= lineEnd {
                // The white space goes on over line feeds: so many lines are blank.
                position = start
                continue
            }
            position = min(lineEnd + 1, body.count)
            let isReturn = body[lineEnd - 1] == EventBody.carriageReturn
            return start..<(isReturn ? lineEnd - 1 : lineEnd)
        }
        return nil
    }
}
