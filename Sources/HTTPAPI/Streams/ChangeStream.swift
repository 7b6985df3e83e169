internal import HTTPTypes
internal import Hummingbird
internal import IdentityModel
internal import NIOCore
internal import NodeRuntime
internal import ProfileCore
internal import WireFormat

/// An answer that goes on: the change feed as server-sent events (HTML Living Standard, section
/// 9.2), one event a change, for one follower.
///
///     id: 0:17,1:5                      where it begins: known also to who is cut off at once
///
///     id: 0:18,1:5                      behind this change, over all partitions
///     event: customer.created
///     data: {"type":"customer.created",…}
///
///     :                                 a heartbeat, while nothing is told
///
///     id: 0:18,1:5                      how far it came
///     event: end
///     data: {"detail":"…","reason":"stopping"}
///
/// Whoever comes again with the last `id` misses nothing and is told nothing twice.
struct ChangeStream: Sendable {
    /// Who is told.
    let follower: FeedFollower
    /// Whether values of sensitive attributes are shown.
    let reveal: Bool
    /// The most changes; nil: however many come.
    let limit: Int?
    /// The place at which it ends, where it does not wait for more.
    let target: FeedPosition?
    /// How much one answer may take.
    let limits: HTTPLimits
    /// Is told of a feed that cannot be read on.
    let log: RequestLog

    /// The headers of its answer.
    static var headers: HTTPFields {
        var headers: HTTPFields = [
            .contentType: "text/event-stream", .cacheControl: "no-store",
        ]
        // What nginx would hold back until there is more of it.
        if let name = HTTPField.Name("X-Accel-Buffering") { headers[name] = "no" }
        return headers
    }

    /// Writes all of it. Returns once it has ended; throws where nobody reads it.
    func run(_ writer: inout any ResponseBodyWriter) async throws {
        var position = follower.position
        var text: [UInt8] = []
        text += "retry: \(limits.retrySeconds * 1_000)\n".utf8
        text.appendPlace(position)
        text += "\n".utf8
        try await writer.write(ByteBuffer(bytes: text))
        let cause = try await tell(&writer, &position)
        switch cause {
        case .failed(.store(let failure)): log.noteBrokenFeed(failure.reason)
        case .unreadable(let error): log.noteBrokenFeed(error.reason)
        case .done, .stopping, .slow, .failed: break
        }
        text.removeAll()
        text.appendPlace(position)
        text += StreamEnd(cause).text.utf8
        try await writer.write(ByteBuffer(bytes: text))
        try await writer.finish(nil)
    }

    /// Writes what is told, until there is a cause to end.
    private func tell(
        _ writer: inout any ResponseBodyWriter, _ position: inout FeedPosition
    ) async throws -> StreamEnd.Cause {
        var left = limit ?? .max
        let patience = UInt64(limits.heartbeatSeconds * 1e9)
        while left > 0 {
            if let target, position.hasReached(target) { return .done }
            let news = await follower.next(
                atMost: min(left, limits.changesAtOnce), bytes: limits.changeBytesAtOnce,
                within: target == nil ? patience : 0)
            switch news {
            case .changes(let changes):
                var text: [UInt8] = []
                let rules = reveal ? nil : follower.feed.rulesInForce
                let error = Self.append(changes, &position, masking: rules, to: &text)
                try await writer.write(ByteBuffer(bytes: text))
                if let error { return .unreadable(error) }
                left -= changes.count
            case .nothing:
                if target != nil { return .done }
                try await writer.write(ByteBuffer(string: ": \n\n"))
            case .ended: return .stopping
            case .failed(let error): return .failed(error)
            }
        }
        return .done
    }

    /// Appends an event for each change, and goes on with the position; says what cannot be read.
    private static func append(
        _ changes: [FeedChange], _ position: inout FeedPosition,
        masking rules: SurvivorshipRules?, to text: inout [UInt8]
    ) -> WireError? {
        for change in changes {
            let (start, before) = (text.count, position)
            position.offsets[Int(change.partition.rawValue)] = change.offset + 1
            do throws(WireError) {
                let stored = try ChangeForm.decode(change.bytes.span)
                text.appendPlace(position)
                text += "event: customer.\(stored.kind.word)\ndata: ".utf8
                try text.appendChange(
                    stored, in: change.bytes.span, partition: change.partition,
                    offset: change.offset, masking: rules)
                text += "\n\n".utf8
            } catch {
                text.removeLast(text.count - start)
                position = before
                return error
            }
        }
        return nil
    }
}

extension [UInt8] {
    /// The line that says from where on an event leaves its reader.
    fileprivate mutating func appendPlace(_ position: FeedPosition) {
        self += "id: ".utf8
        position.appendText(to: &self)
        self += "\n".utf8
    }
}
