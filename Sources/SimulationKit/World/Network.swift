/// A queue for each (partition, replica, receiver): first in, first out, each at its own pace.
struct Network {
    /// What one replica has sent to one partition and has not arrived.
    struct Queue {
        let sender: Int
        let replica: Int
        let receiver: Int
        fileprivate var records: [[UInt8]]
        fileprivate var head = 0
    }

    /// The queues that are not empty, in the order in which they became so.
    private(set) var ready: [Queue] = []

    /// Adds a record behind all others of its queue.
    mutating func put(_ record: [UInt8], from sender: Int, _ replica: Int, to receiver: Int) {
        for index in ready.indices.reversed()
        where ready[index].replica == replica && ready[index].receiver == receiver {
            ready[index].records.append(record)
            return
        }
        ready.append(
            Queue(sender: sender, replica: replica, receiver: receiver, records: [record]))
    }

    /// Takes the oldest record of a queue.
    mutating func take(_ index: Int) -> [UInt8] {
        let record = ready[index].records[ready[index].head]
        ready[index].head += 1
        if ready[index].head == ready[index].records.count { ready.remove(at: index) }
        return record
    }

    /// A replica died: of each of its queues a tail never left it; `kept` says how much did.
    mutating func cut(_ replica: Int, _ kept: (Int) -> Int) {
        for index in ready.indices.reversed() where ready[index].replica == replica {
            let count = ready[index].records.count - ready[index].head
            let end = ready[index].head + kept(count)
            ready[index].records.removeSubrange(end...)
            if ready[index].head == end { ready.remove(at: index) }
        }
    }

    /// Nothing is on its way any more.
    mutating func clear() { ready.removeAll() }
}
