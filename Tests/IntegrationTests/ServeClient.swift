import Foundation
import Testing

/// One connection to a node, kept open from request to request. Its calls block.
final class ServeClient {
    /// A node's answer.
    struct Answer {
        let status: Int
        /// Names in lower case.
        let headers: [String: String]
        let body: [UInt8]

        /// The body as one JSON value.
        var json: JSONValue {
            get throws { try JSONDecoder().decode(JSONValue.self, from: Data(body)) }
        }

        /// The word of a problem document; "" for anything else.
        var problem: String {
            guard headers["content-type"] == "application/problem+json",
                let type = try? json["type"].string
            else { return "" }
            return String(type.split(separator: ":").last ?? "")
        }
    }

    /// The other side closed, or never answered.
    struct Lost: Error {}

    private let socket: Int32
    private var received: [UInt8] = []

    /// Connects to a port of this machine.
    init(port: Int, timeout: Int = 60) throws {
        socket = Foundation.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let status = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        // A timeval: seconds and microseconds.
        var time = [timeout, 0]
        let size = socklen_t(MemoryLayout<Int>.stride * time.count)
        setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &time, size)
        setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &time, size)
        guard status == 0 else { throw Lost() }
    }

    deinit { close(socket) }

    /// Asks, with the target as it stands in the request line.
    func get(_ target: String) throws -> Answer { try request("GET", target) }

    /// Sends a body.
    func post(_ target: String, _ body: String, _ headers: [String] = []) throws -> Answer {
        try request("POST", target, Array(body.utf8), headers)
    }

    /// Sends a request and reads its answer.
    func request(
        _ method: String, _ target: String, _ body: [UInt8] = [], _ headers: [String] = []
    ) throws -> Answer {
        var lines = ["\(method) \(target) HTTP/1.1", "Host: node"] + headers
        if method == "POST" { lines.append("Content-Length: \(body.count)") }
        try send(Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8) + body)
        return try answer()
    }

    /// Sends bytes as they are.
    func send(_ bytes: [UInt8]) throws {
        var start = 0
        while start < bytes.count {
            let count = bytes[start...].withUnsafeBytes {
                Foundation.send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { throw Lost() }
            start += count
        }
    }

    /// Reads the next answer.
    func answer() throws -> Answer {
        let separator = Array("\r\n\r\n".utf8)
        var head: Range<Int>?
        while head == nil {
            head = received.firstRange(of: separator)
            if head == nil { try readMore() }
        }
        guard let head else { throw Lost() }
        let lines = String(decoding: received[..<head.lowerBound], as: UTF8.self)
            .components(separatedBy: "\r\n")
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: ":") else { continue }
            headers[line[..<colon].lowercased()] =
                line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
        }
        received.removeSubrange(..<head.upperBound)
        let length = headers["content-length"].flatMap(Int.init) ?? 0
        while received.count < length { try readMore() }
        defer { received.removeSubrange(..<length) }
        let words = lines[0].split(separator: " ")
        return Answer(
            status: words.count > 1 ? Int(words[1]) ?? 0 : 0, headers: headers,
            body: Array(received[..<length]))
    }

    private func readMore() throws {
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        let count = recv(socket, &buffer, buffer.count, 0)
        guard count > 0 else { throw Lost() }
        received += buffer[..<count]
    }
}
