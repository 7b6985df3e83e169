internal import NodeRuntime

/// Counts what all requests together take, and refuses more than the limits say. What was given is
/// given back by whoever took it, whatever becomes of the request.
///
/// `@unchecked Sendable`: both counts are read and written under `mutex` alone, and never while
/// anything is awaited.
final class Admission: @unchecked Sendable {
    private let limits: HTTPLimits
    private let mutex = Mutex()
    private var requests = 0
    private var bodyBytes = 0

    init(_ limits: HTTPLimits) { self.limits = limits }

    /// Takes a place among the requests; false where all are taken.
    func enter() -> Bool {
        mutex.locked {
            guard requests < limits.requests else { return false }
            requests += 1
            return true
        }
    }

    /// Gives the place back.
    func leave() {
        mutex.locked {
            precondition(requests > 0, "a request leaves that never entered")
            requests -= 1
        }
    }

    /// Takes so many bytes of a body; false where that is more than there are.
    func reserve(_ bytes: Int) -> Bool {
        mutex.locked {
            guard bytes <= limits.bodyBytesInFlight - bodyBytes else { return false }
            bodyBytes += bytes
            return true
        }
    }

    /// Gives so many bytes back.
    func release(_ bytes: Int) {
        mutex.locked {
            precondition(bytes <= bodyBytes, "bytes are given back that were never taken")
            bodyBytes -= bytes
        }
    }

    /// The places and bytes that are taken now.
    var taken: (requests: Int, bodyBytes: Int) { mutex.locked { (requests, bodyBytes) } }
}
