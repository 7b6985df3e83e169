internal import Foundation
internal import HTTPAPI

/// Where a node answers: `http://` or `https://`, a host and a port, and maybe a path in front of
/// its routes.
struct NodeAddress: Equatable, Sendable {
    /// The address without a slash at its end.
    let text: String

    /// Reads an address; nil for text that is none, or says more than an address.
    init?(_ text: String) {
        guard let parts = URLComponents(string: text), let host = parts.host, !host.isEmpty,
            let scheme = parts.scheme?.lowercased(), scheme == "http" || scheme == "https",
            parts.user == nil, parts.password == nil, parts.query == nil, parts.fragment == nil
        else { return nil }
        var text = text
        while text.hasSuffix("/") { text.removeLast() }
        self.text = text
    }

    /// The address of a route. `path` is plain ASCII; values are encoded.
    func url(_ path: String, _ query: [(name: String, value: String)]) -> URL? {
        let pairs = query.map { "\($0.name)=\(Self.encoded($0.value))" }
        return URL(string: text + path + (pairs.isEmpty ? "" : "?" + pairs.joined(separator: "&")))
    }

    /// Where other nodes reach it; nil where it is encrypted, which nodes among each other do not
    /// speak.
    var place: NodeServer.Address? {
        guard let parts = URLComponents(string: text), let host = parts.host,
            parts.scheme?.lowercased() == "http"
        else { return nil }
        let bare =
            host.hasPrefix("[") && host.hasSuffix("]") ? host.dropFirst().dropLast() : host[...]
        return NodeServer.Address(host: String(bare), port: parts.port ?? Self.port)
    }

    /// The path of a route with its query, as requests name it.
    func target(_ path: String, _ query: [(name: String, value: String)]) -> String? {
        guard
            let parts = url(path, query).flatMap({
                URLComponents(url: $0, resolvingAgainstBaseURL: false)
            })
        else { return nil }
        return parts.percentEncodedPath + (parts.percentEncodedQuery.map { "?" + $0 } ?? "")
    }

    /// The port of an address that names none.
    private static let port = 80
    private static let digits = Array("0123456789ABCDEF".utf8)

    /// The text's UTF-8 bytes, each that RFC 3986 does not call unreserved as `%` and two digits.
    static func encoded(_ text: String) -> String {
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."),
                UInt8(ascii: "_"), UInt8(ascii: "~"):
                bytes.append(byte)
            default:
                bytes += [
                    UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)],
                ]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
