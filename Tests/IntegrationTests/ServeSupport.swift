import Foundation
import TestSupport
import Testing

/// The built program as a node on a store of its own.
final class ServedStore {
    /// The store, and how commands are run on it.
    let store: TestStore
    /// Where the node listens.
    let port: Int
    /// The node's process.
    let child: ChildProcess

    /// Starts a node and waits until it is ready.
    init(
        _ store: TestStore, _ words: [String] = [], environment: [String: String] = [:]
    ) throws {
        self.store = store
        child = try store.start(
            ["serve", "--port", "0"] + words, environment: environment)
        var found: Int?
        let isServing = child.waitForErrors { text in
            found = text.firstMatch(of: /url="?http:\/\/[^:]+:([0-9]+)/).flatMap { Int($0.1) }
            return found != nil
        }
        guard isServing, let found else {
            child.send(SIGKILL)
            let finished = try child.finish()
            throw ServeFailure(description: "the node does not serve: \(finished.errors)")
        }
        port = found
    }

    // Before the store's folder goes.
    deinit { child.end() }

    /// A new connection.
    func client() throws -> HTTPConnection { try HTTPConnection(port: port) }

    /// Has the node end as an operator does.
    func stop(timeout: Double = 30) throws -> Finished {
        child.send(SIGTERM)
        return try child.finish(timeout: timeout)
    }

    /// Kills it.
    func kill() throws {
        child.send(SIGKILL)
        _ = try child.finish()
    }

    /// A link event of two identifiers.
    static func link(_ a: String, _ b: String, ts: Int = 1_700_000_000_000) -> String {
        #"{"op":"link","a":"\#(a)","b":"\#(b)","ts":\#(ts),"source":"test"}"#
    }
}

/// What a test of the node met that it cannot go on with.
struct ServeFailure: Error, CustomStringConvertible {
    let description: String
}

/// Runs bodies on threads of their own; returns when all have ended.
func onThreads(_ count: Int, _ body: @escaping @Sendable (Int) -> Void) {
    let group = DispatchGroup()
    for number in 0..<count {
        group.enter()
        Thread.detachNewThread {
            body(number)
            group.leave()
        }
    }
    group.wait()
}
