import Foundation
import NodeRuntime
import TestSupport

/// A connection whose calls run on threads of their own: the server's tasks need the pool's.
///
/// `@unchecked Sendable`: one call at a time, each awaited.
final class RawConnection: @unchecked Sendable {
    private let connection: HTTPConnection

    init(port: Int, timeoutSeconds: Int = 120) throws {
        connection = try HTTPConnection(port: port, timeoutSeconds: timeoutSeconds)
    }

    /// Sends bytes; false where the other side takes no more.
    @discardableResult
    func send(_ bytes: [UInt8]) async -> Bool {
        await Threads.run { [self] in (try? connection.send(bytes)) != nil }
    }

    /// Sends text.
    @discardableResult
    func send(_ text: String) async -> Bool { await send(Array(text.utf8)) }

    /// Says that nothing more will be sent.
    func finish() { connection.finish() }

    /// The next answer; `isHead`: of a HEAD, without a body.
    func answer(isHead: Bool = false) async throws -> HTTPAnswer {
        try await Threads.run { [self] in Result { try connection.answer(isHead: isHead) } }.get()
    }

    /// Whether the other side closes the connection, in seconds; nil if it does not.
    func secondsToEnd() async -> Double? {
        await Threads.run { [self] in connection.secondsToEnd() }
    }
}

/// A client of events whose calls run on threads of their own.
///
/// `@unchecked Sendable`: one `next` at a time, each awaited, or one thread that reads; `last`
/// and `end` are read and written under `mutex` alone.
final class RawEvents: @unchecked Sendable {
    private let client: EventClient
    private let mutex = Mutex()
    private var last = ""
    private var end: Result<EventClient.Event?, any Error>?

    init(_ client: EventClient) { self.client = client }

    /// The answer's head, and its body where it is no stream.
    var answer: HTTPAnswer { client.answer }
    /// The last id that came.
    var lastID: String { mutex.locked { last } }

    /// The next block; nil at the stream's end.
    func next() async throws -> EventClient.Event? {
        try await Threads.run { [self] in
            Result {
                let event = try client.next()
                mutex.locked { last = client.lastID }
                return event
            }
        }.get()
    }

    /// Begins to read all that comes, on a thread that waits for none of the pool's.
    func beginReading() {
        Thread.detachNewThread { [self] in
            let outcome = Result {
                var last: EventClient.Event?
                while let event = try client.next() {
                    last = event
                    mutex.locked { self.last = client.lastID }
                }
                return last
            }
            mutex.locked { end = outcome }
        }
    }

    /// Waits until all has come that `beginReading` reads; the last block of it.
    func readToEnd() async throws -> EventClient.Event? {
        while true {
            if let end = mutex.locked({ end }) { return try end.get() }
            try await Task.sleep(nanoseconds: 2_000_000)
        }
    }

    /// The next event that has data; nil at the stream's end.
    func nextData() async throws -> EventClient.Event? {
        while let event = try await next() { if !event.data.isEmpty { return event } }
        return nil
    }
}

/// Threads for what blocks.
enum Threads {
    static func run<Result: Sendable>(
        _ body: @escaping @Sendable () -> Result
    ) async -> Result {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread { continuation.resume(returning: body()) }
        }
    }
}
