internal import IdentityModel
package import NodeRuntime

// What a record says to other partitions, what these say of it to others, and so on.
extension ClusterQuestion {
    /// How many partitions one after the other an effect is followed to, where more and more is
    /// said all the while. A link whose ends, their customers and those who host them are all
    /// elsewhere takes five.
    private static var waves: Int { 8 }

    /// Waits until each partition that has a minimum position has reached it, also those that
    /// nothing else is asked of, and until what their records gave rise to is folded wherever it
    /// is to be.
    ///
    /// - Throws: `StoreFailure`; `refusal` says why, with `pending` where it took too long.
    package func reachMinimum() throws(StoreFailure) {
        guard !minimum.isEmpty else { return }
        let partitions = minimum.keys.sorted()
        guard partitionCount > 1 else {
            _ = try askEach(partitions.map { (partition: $0, question: CountsQuestion()) })
            return
        }
        try followEffects(of: partitions)
    }

    /// Waits until what all partitions have said so far is folded, and what came of that.
    ///
    /// - Throws: `StoreFailure`; `refusal` says why, with `pending` where it took too long.
    package func settle() throws(StoreFailure) {
        guard partitionCount > 1 else { return }
        try followEffects(of: partitions)
    }

    /// A wave is what is said by then; once it is heard, what was said meanwhile is the next.
    private func followEffects(of partitions: [PartitionID]) throws(StoreFailure) {
        var said = try exchanges(of: partitions)
        for _ in 0..<Self.waves {
            var heard = try exchanges(of: self.partitions)
            while !Self.isHeard(said, by: heard) {
                try waitForTransit()
                heard = try exchanges(of: self.partitions)
            }
            // Heard as of one moment after the other: nothing is on its way if nobody has said
            // anything from the first to the last of them.
            if said.count == heard.count, zip(said, heard).allSatisfy({ $0.sent == $1.sent }) {
                return
            }
            said = heard
        }
    }

    private var partitions: [PartitionID] { (0..<partitionCount).map { PartitionID($0) } }

    private struct Exchange {
        let partition: PartitionID
        let sent: [UInt64]
        let seen: [UInt64]
    }

    private func exchanges(of partitions: [PartitionID]) throws(StoreFailure) -> [Exchange] {
        let question = ExchangeQuestion(partitionCount: partitionCount)
        let answers = try askEach(partitions.map { (partition: $0, question: question) })
        return zip(partitions, answers).map {
            Exchange(partition: $0, sent: $1.sent, seen: $1.seen)
        }
    }

    private static func isHeard(_ said: [Exchange], by all: [Exchange]) -> Bool {
        said.allSatisfy { sender in
            let from = Int(sender.partition.rawValue)
            return all.allSatisfy { receiver in
                receiver.seen[from] >= sender.sent[Int(receiver.partition.rawValue)]
            }
        }
    }
}
