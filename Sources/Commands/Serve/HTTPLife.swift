internal import Foundation
internal import HTTPAPI
internal import NodeRuntime

/// The HTTP interface as the main thread sees it: a task that runs, and what became of it.
///
/// `@unchecked Sendable`: all that varies is read and written under `mutex` alone.
final class HTTPLife: @unchecked Sendable {
    /// Why it does not listen.
    struct Failure {
        let reason: String

        /// The failure in the words of a command's end.
        func end(_ settings: ServeSettings) -> CommandEnd {
            .failed(
                "cannot listen at \(settings.host), port \(settings.port): \(reason)",
                remedy: "choose another --host or --port, or stop what listens there")
        }
    }

    private let mutex = Mutex()
    private var task: Task<Void, Never>?
    private var boundPort: Int?
    private var failed: Failure?
    private var hasEnded = false

    /// The port that it listens at, once it does.
    var port: Int? { mutex.locked { boundPort } }

    /// Why it could not listen or has ceased to.
    var failure: Failure? { mutex.locked { failed } }

    /// Notes the port.
    func note(port: Int) {
        mutex.locked { boundPort = port }
        Interruption.wake()
    }

    /// Runs the server in a task.
    func begin(_ server: NodeServer) {
        let task = Task {
            var failure: Failure?
            do {
                try await server.run()
            } catch is CancellationError {
            } catch {
                failure = Failure(reason: Self.reason(error))
            }
            note(end: failure)
        }
        mutex.locked { self.task = task }
    }

    /// Ends it: first kindly, for so many nanoseconds, then by cutting its connections.
    func end(_ server: NodeServer, within nanoseconds: UInt64) {
        Task { await server.stop() }
        waitForEnd(MonotonicTime.system.nanoseconds() + nanoseconds)
        guard !mutex.locked({ hasEnded }) else { return }
        mutex.locked { task }?.cancel()
        waitForEnd(MonotonicTime.system.nanoseconds() + Self.cutNanoseconds)
    }

    /// How long cut connections are waited for, in nanoseconds: 2 s.
    private static let cutNanoseconds: UInt64 = 2_000_000_000

    private func note(end failure: Failure?) {
        mutex.locked {
            failed = failure
            hasEnded = true
            mutex.signal()
        }
        Interruption.wake()
    }

    private func waitForEnd(_ end: UInt64) {
        mutex.locked {
            while !hasEnded, MonotonicTime.system.nanoseconds() < end { mutex.wait(until: end) }
        }
    }

    private static func reason(_ error: any Error) -> String {
        (error as? any LocalizedError)?.errorDescription ?? String(describing: error)
    }
}
