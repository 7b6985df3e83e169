internal import Foundation

/// Reads server-sent events (HTML Living Standard, section 9.2) out of bytes that come bit by bit.
struct EventStreamReader {
    /// An event, or a block of lines that has none and only says where its reader is.
    struct Event: Equatable {
        /// The place that it says; nil: none.
        var id: String?
        /// Its name; empty where it says none.
        var name = ""
        /// Its data, the lines joined by line feeds; nil: it has none.
        var data: [UInt8]?
    }

    /// The most bytes of a line: a change with 500 identifiers and the largest profile, each byte
    /// as six characters, has less.
    static let lineBytes = 16 << 20

    private var line: [UInt8] = []
    private var event = Event()

    /// Takes bytes, and gives each block that they complete to `body`.
    ///
    /// - Returns: false where they are no events: a line is too long, or has control characters.
    mutating func take(_ bytes: Data, _ body: (Event) -> Void) -> Bool {
        var rest = bytes[...]
        while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
            line += rest[..<end]
            rest = rest[(end + 1)...]
            if line.last == UInt8(ascii: "\r") { line.removeLast() }
            guard line.count <= Self.lineBytes, line.allSatisfy({ $0 >= 0x20 && $0 != 0x7F })
            else { return false }
            if line.isEmpty {
                if event != Event() { body(event) }
                event = Event()
            } else {
                takeLine()
            }
            line.removeAll(keepingCapacity: true)
        }
        line += rest
        return line.count <= Self.lineBytes
    }

    private mutating func takeLine() {
        let colon = line.firstIndex(of: UInt8(ascii: ":")) ?? line.endIndex
        var value = line[colon...].dropFirst()
        if value.first == UInt8(ascii: " ") { value = value.dropFirst() }
        switch String(decoding: line[..<colon], as: UTF8.self) {
        case "id": event.id = String(decoding: value, as: UTF8.self)
        case "event": event.name = String(decoding: value, as: UTF8.self)
        case "data": event.data = (event.data.map { $0 + [UInt8(ascii: "\n")] } ?? []) + value
        default: break  // A comment, or a field of other readers.
        }
    }
}
