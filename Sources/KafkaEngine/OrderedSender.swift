internal import DequeModule
package import KafkaLog

/// Sends messages to topic partitions, each of them a lane in which what was sent arrives in order,
/// until it arrives: a producer that has ended is replaced.
///
///     sent ──▶ enqueued ──acknowledged, and all before it in its lane──▶ arrived
///                 └──failed, or the producer has ended: all again from the first unacknowledged
///
/// So messages may come twice, and one that had arrived may come again behind a later one. Readers
/// make nothing of that: what partitions say is numbered, changes have versions, events are facts.
/// What was acknowledged behind a failure is sent again, too: a receiver that counts has ignored
/// it.
///
/// Used from one thread; only `poll` waits.
package final class OrderedSender {
    /// What is sent.
    package struct Message: Sendable {
        /// Its key; nil: none.
        package var key: [UInt8]?
        /// Its value; nil: none, which takes its key out of a compacted topic.
        package var value: [UInt8]?
        /// What stands beside.
        package var headers: [KafkaHeader]

        /// A message of its members.
        package init(key: [UInt8]? = nil, value: [UInt8]?, headers: [KafkaHeader] = []) {
            self.key = key
            self.value = value
            self.headers = headers
        }

        /// What it takes of the bytes that may be in flight.
        var byteCount: Int { (key?.count ?? 0) + (value?.count ?? 0) }
    }

    /// A message that has arrived, and all before it in its lane.
    package struct Arrival: Equatable, Sendable {
        /// The lane that it was sent on.
        package let lane: Int
        /// What it was sent with.
        package let token: UInt64
        /// Where it is; nil where the broker did not say.
        package let offset: Int64?
    }

    private struct Item {
        let message: Message
        let token: UInt64
        var isAcknowledged = false
        var offset: Int64?
    }

    private struct Lane {
        let place: KafkaPartition
        /// What has not arrived, in order.
        var items: Deque<Item> = []
        /// How many items have arrived: the number of the first of `items`.
        var arrived = 0
        /// How many of `items` the producer has.
        var enqueued = 0
    }

    private let settings: KafkaSettings
    private let waiter: (any KafkaWaiter)?
    private var producer: KafkaProducer
    private var lanes: [Lane]
    /// Lanes with something that the producer has not, and with something that was acknowledged:
    /// there may be hundreds of lanes, and few have.
    private var unsent: [Int] = []
    private var acknowledged: [Int] = []
    /// Whether the producer has ended, or an item has failed: what comes after it may be lost.
    private var isBroken = false
    /// What no new producer mends.
    private var refusal: KafkaError?
    /// The bytes of what has not arrived.
    package private(set) var byteCount = 0
    /// How many messages have not arrived.
    package private(set) var count = 0
    /// How many producers were replaced.
    package private(set) var renewals: UInt64 = 0

    /// A token of librdkafka holds the lane above so many bits of the item's number.
    private static let numberBits = 40
    /// Milliseconds before a producer that has ended is replaced: what ends it may last.
    private static let renewalMilliseconds: UInt32 = 50

    /// A sender to these lanes; `waiter` is woken whenever something may have arrived. Throws
    /// `.wrongConfiguration` where settings do not fit.
    package init(
        _ settings: KafkaSettings, lanes: [KafkaPartition], waking waiter: (any KafkaWaiter)? = nil
    ) throws(KafkaError) {
        self.settings = settings
        self.waiter = waiter
        self.lanes = lanes.map { Lane(place: $0) }
        producer = try Self.producer(settings, waiter)
    }

    private static func producer(
        _ settings: KafkaSettings, _ waiter: (any KafkaWaiter)?
    ) throws(KafkaError) -> KafkaProducer {
        let producer = try KafkaProducer(settings)
        if let waiter { producer.wakes(waiter) }
        return producer
    }

    /// Takes a message for a lane; it leaves with the next `poll`.
    package func send(_ message: Message, on lane: Int, token: UInt64) {
        byteCount += message.byteCount
        count += 1
        lanes[lane].items.append(Item(message: message, token: token))
        if lanes[lane].items.count - lanes[lane].enqueued == 1 { unsent.append(lane) }
    }

    /// Sends what was taken and says what has arrived, waiting up to so many milliseconds for it.
    ///
    /// - Throws: `KafkaError`: the cluster refuses for good.
    package func poll(timeoutMilliseconds: Int) throws(KafkaError) -> [Arrival] {
        if isBroken { try renew() }
        enqueue()
        do throws(KafkaError) {
            try producer.poll(timeoutMilliseconds: timeoutMilliseconds) {
                note($0)
            }
        } catch  where error.isFatal {
            isBroken = true
        }
        if let refusal { throw refusal }
        // What is to be sent again is not to wait until somebody else says something.
        if isBroken { waiter?.wake() }
        return takeArrivals()
    }

    /// Ends the producer; of what has not arrived nobody hears.
    package func close() { producer.close() }

    private func enqueue() {
        while let place = unsent.last {
            while lanes[place].enqueued < lanes[place].items.count {
                guard !isBroken, enqueueNext(of: place) else { return }
            }
            unsent.removeLast()
        }
    }

    /// Hands a lane's next item to the producer; false where that has no room for it now.
    private func enqueueNext(of place: Int) -> Bool {
        let lane = lanes[place]
        let message = lane.items[lane.enqueued].message
        let number = UInt(lane.arrived + lane.enqueued)
        do throws(KafkaError) {
            let outcome = try producer.enqueue(
                topic: lane.place.topic, partition: lane.place.number, key: message.key?.span,
                value: message.value?.span, headers: message.headers,
                token: UInt(place) << Self.numberBits | number)
            guard case .taken = outcome else { return false }
            lanes[place].enqueued += 1
            return true
        } catch {
            note(error)
            return false
        }
    }

    private func note(_ delivery: KafkaDelivery) {
        if let error = delivery.error { return note(error) }
        let place = Int(delivery.token >> Self.numberBits)
        let number = Int(delivery.token & (1 << Self.numberBits - 1))
        let index = number - lanes[place].arrived
        lanes[place].items[index].isAcknowledged = true
        lanes[place].items[index].offset = delivery.offset
        if index == 0 { acknowledged.append(place) }
    }

    /// What failed is sent again by another producer, unless that would be told the same.
    private func note(_ error: KafkaError) {
        switch error.code {
        case .tooLarge, .unknownTopicOrPartition, .authentication, .authorization,
            .wrongConfiguration, .invalidArgument, .notSupported:
            refusal = refusal ?? error
        default: isBroken = true
        }
    }

    private func takeArrivals() -> [Arrival] {
        var arrivals: [Arrival] = []
        for place in acknowledged {
            while let item = lanes[place].items.first, item.isAcknowledged {
                arrivals.append(Arrival(lane: place, token: item.token, offset: item.offset))
                byteCount -= item.message.byteCount
                count -= 1
                lanes[place].items.removeFirst()
                lanes[place].arrived += 1
                lanes[place].enqueued -= 1
            }
        }
        acknowledged.removeAll(keepingCapacity: true)
        return arrivals
    }

    private func renew() throws(KafkaError) {
        producer.close()
        Pause.milliseconds(Self.renewalMilliseconds)
        producer = try Self.producer(settings, waiter)
        renewals += 1
        isBroken = false
        (unsent, acknowledged) = ([], [])
        for place in lanes.indices {
            lanes[place].enqueued = 0
            if !lanes[place].items.isEmpty { unsent.append(place) }
            for index in lanes[place].items.indices {
                lanes[place].items[index].isAcknowledged = false
            }
        }
    }
}
