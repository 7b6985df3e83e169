internal import GraphCore
internal import PartitionCore

/// A queue for each (partition, replica, receiver): first in, first out, each at its own pace.
struct Network {
    /// The receiver of what is told of customers.
    static let feed = -1

    /// What is on its way.
    enum Parcel {
        /// To another partition's log, and the version of the logic that the sender was at.
        case delivery(Delivery, logic: UInt64)
        /// To the feed, from that offset of the sender's changes on.
        case changes(from: UInt64, [CustomerChange])
    }

    /// What one replica has sent to one partition and has not arrived.
    struct Queue {
        let sender: Int
        let replica: Int
        let receiver: Int
        fileprivate var parcels: [Parcel]
        fileprivate var head = 0
    }

    /// The queues that are not empty, in the order in which they became so.
    private(set) var ready: [Queue] = []

    /// Adds a parcel behind all others of its queue.
    mutating func put(_ parcel: Parcel, from sender: Int, _ replica: Int, to receiver: Int) {
        for index in ready.indices.reversed()
        where ready[index].replica == replica && ready[index].receiver == receiver {
            ready[index].parcels.append(parcel)
            return
        }
        ready.append(
            Queue(sender: sender, replica: replica, receiver: receiver, parcels: [parcel]))
    }

    /// Takes the oldest parcels of a queue, so many of them at most.
    mutating func take(_ index: Int, atMost limit: Int) -> ArraySlice<Parcel> {
        let parcels = ready[index].parcels[ready[index].head...].prefix(limit)
        ready[index].head = parcels.endIndex
        if parcels.endIndex == ready[index].parcels.count { ready.remove(at: index) }
        return parcels
    }

    /// A replica died: of each of its queues a tail never left it; `kept` says how much did.
    mutating func cut(_ replica: Int, _ kept: (Int) -> Int) {
        for index in ready.indices.reversed() where ready[index].replica == replica {
            let count = ready[index].parcels.count - ready[index].head
            let end = ready[index].head + kept(count)
            ready[index].parcels.removeSubrange(end...)
            if ready[index].head == end { ready.remove(at: index) }
        }
    }

    /// Nothing is on its way any more.
    mutating func clear() { ready.removeAll() }
}
