/// Where one thread leaves what another waits for.
///
/// `@unchecked Sendable`: `result` is read and written under `mutex` alone.
final class ReplyBox<Answer: Sendable>: @unchecked Sendable {
    private let mutex = Mutex()
    private var result: Result<Answer, ServingError>?

    func put(_ result: Result<Answer, ServingError>) {
        mutex.locked {
            self.result = result
            mutex.signal()
        }
    }

    func take() -> Result<Answer, ServingError> {
        mutex.locked {
            while true {
                if let result { return result }
                mutex.wait()
            }
        }
    }
}
