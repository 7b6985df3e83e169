internal import Foundation

/// A client of server-sent events on a connection of its own, which reads them as the standard says
/// and keeps the last id. Its calls block.
package final class EventClient {
    /// A block of lines as it came.
    package struct Event: Equatable, Sendable {
        /// The id that it has; empty for none.
        package var id = ""
        /// Its name; empty for none.
        package var name = ""
        /// Its data; empty for none.
        package var data = ""
        /// Its comments, one after the other; nil for none.
        package var comment: String?

        /// A block with its lines.
        package init(
            id: String = "", name: String = "", data: String = "", comment: String? = nil
        ) {
            (self.id, self.name, self.data, self.comment) = (id, name, data, comment)
        }

        /// The data as an object of JSON; empty where it is none.
        package var object: [String: Any] {
            (try? JSONSerialization.jsonObject(with: Data(data.utf8))) as? [String: Any] ?? [:]
        }
    }

    /// The answer's head, and its body where it is no stream.
    package let answer: HTTPAnswer
    /// The last id that came.
    package private(set) var lastID = ""
    private let connection: HTTPConnection
    private var text: [UInt8] = []

    /// Asks a node on this machine for a stream.
    package init(
        port: Int, _ target: String, lastEventID: String? = nil, timeoutSeconds: Int = 60
    ) throws {
        connection = try HTTPConnection(port: port, timeoutSeconds: timeoutSeconds)
        answer = try connection.begin(target, lastEventID.map { ["Last-Event-ID: \($0)"] } ?? [])
    }

    /// The next block; nil at the stream's end.
    package func next() throws -> Event? {
        while true {
            if let end = text.firstRange(of: Array("\n\n".utf8)) {
                let lines = String(decoding: text[..<end.lowerBound], as: UTF8.self)
                text.removeSubrange(..<end.upperBound)
                return event(lines.components(separatedBy: "\n"))
            }
            guard let more = try connection.chunk() else { return nil }
            text += more
        }
    }

    /// The next event that has data; nil at the stream's end.
    package func nextData() throws -> Event? {
        while let event = try next() { if !event.data.isEmpty { return event } }
        return nil
    }

    private func event(_ lines: [String]) -> Event {
        var event = Event()
        for line in lines {
            let colon = line.firstIndex(of: ":") ?? line.endIndex
            var value = line[colon...].dropFirst()
            if value.first == " " { value = value.dropFirst() }
            switch line[..<colon] {
            case "id": event.id = String(value)
            case "event": event.name = String(value)
            case "data": event.data += value
            case "": event.comment = (event.comment ?? "") + value
            default: break
            }
        }
        if !event.id.isEmpty { lastID = event.id }
        return event
    }
}
