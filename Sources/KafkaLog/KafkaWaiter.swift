internal import CRdkafka

/// A client whose `poll` waits, and can be had to return from another thread.
package protocol KafkaWaiter: AnyObject, Sendable {
    /// Has a `poll` that waits return, else the next one not wait.
    func wake()
}

extension KafkaReader: KafkaWaiter {}
extension KafkaGroup: KafkaWaiter {}

/// What librdkafka's callback finds behind its opaque pointer: who is woken when a client has
/// something to tell.
final class NativeBell: Sendable {
    private let waiter: any KafkaWaiter

    init(_ waiter: any KafkaWaiter) { self.waiter = waiter }

    /// Called on librdkafka's threads, where another client may be asked to wake.
    static let callback: @convention(c) (OpaquePointer?, UnsafeMutableRawPointer?) -> Void = {
        _, opaque in
        guard let opaque else { return }
        Unmanaged<NativeBell>.fromOpaque(opaque).takeUnretainedValue().waiter.wake()
    }
}
