import Foundation
import IdentityModel
import WireFormat

/// The readers and writers of request bodies.
enum RequestFuzz {
    /// The splitter, under both media types.
    static func split(_ body: [UInt8]) {
        for isLines in [false, true] {
            let fast = EventBody.read(body, isLines: isLines)
            let slow = EventBodyTwin.read(body, isLines: isLines)
            require(fast == slow, "splitter: \(texts(fast))\ntwin: \(texts(slow))")
        }
    }

    /// The request, and an answer with the same ids.
    static func resolve(_ body: [UInt8]) {
        // The twin wraps numbers in objects of this key, so it cannot read the key itself.
        if String(decoding: body, as: UTF8.self).contains(TwinValue.numberKey) { return }
        let fast = ResolveRequest.read(body)
        let slow = ResolveTwin.read(body)
        require(fast == slow, "request: \(String(describing: fast))\n\(String(describing: slow))")
        echo(fast?.ids ?? [body])
    }

    private struct Answer: Decodable {
        struct Row: Decodable { var id: String }
        var results: [Row]
    }

    private static func echo(_ ids: [[UInt8]]) {
        var writer = ResolveWriter(count: ids.count)
        for id in ids { writer.append(id.span, .notFound) }
        let data = Data(writer.finish(partition: 0, offset: 17))
        let answer = try? JSONDecoder().decode(Answer.self, from: data)
        let read = answer?.results.map { Array($0.id.utf8) }
        require(read == ids.map { Array(String(decoding: $0, as: UTF8.self).utf8) }, "echoed")
    }

    private static func texts(_ texts: [[UInt8]]?) -> String {
        texts.map { $0.map { String(decoding: $0, as: UTF8.self) }.description } ?? "a fault"
    }
}
