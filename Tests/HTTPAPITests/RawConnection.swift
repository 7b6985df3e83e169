import Foundation
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
