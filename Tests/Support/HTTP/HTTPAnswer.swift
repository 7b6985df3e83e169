internal import Foundation

/// What a server sent back.
package struct HTTPAnswer: Sendable {
    /// The status.
    package let status: Int
    /// The headers, by their names in lower case.
    package let headers: [String: String]
    /// The body's bytes.
    package let body: [UInt8]

    /// The body as text.
    package var text: String { String(decoding: body, as: UTF8.self) }

    /// The body as an object of JSON; empty where it is none.
    package var object: [String: Any] {
        (try? JSONSerialization.jsonObject(with: Data(body))) as? [String: Any] ?? [:]
    }

    /// The word of a problem document that is whole and says its own status; nil for anything else.
    package var problem: String? {
        let (prefix, object) = ("urn:kindred:problem:", object)
        guard headers["content-type"] == "application/problem+json",
            object["status"] as? Int == status, let type = object["type"] as? String,
            type.hasPrefix(prefix), object["title"] is String, object["detail"] is String
        else { return nil }
        return String(type.dropFirst(prefix.count))
    }

    /// The detail of a problem document; empty where there is none.
    package var detail: String { object["detail"] as? String ?? "" }
}
