package import IdentityModel
package import WireFormat

/// Deliveries to one partition, with numbers that follow each other, as one record for its log.
///
/// What is said at one time to one partition by many small steps is folded there in one step, and
/// what comes of that is said to others at once: small records, each with a cost of its own, do not
/// become more and smaller with every hop. Which deliveries leave together is the sender's choice:
/// the receiver's log holds what became of it, and numbers tell it what it has heard before.
package struct DeliveryBundle: Equatable, Sendable {
    /// The receiver.
    package let to: PartitionID
    /// The numbers of its deliveries.
    package let numbers: ClosedRange<UInt64>
    /// The record.
    package let record: [UInt8]

    /// Puts what one partition says into records: to each receiver in the order in which it was
    /// said, with as many in one as `bytes` allows, or one alone.
    ///
    /// - Parameters:
    ///   - deliveries: to each receiver, their numbers follow each other.
    ///   - head: what the records say in their heads, with the logic in force at the sender.
    package static func bundles(
        of deliveries: [Delivery], from sender: PartitionID, _ head: RecordHead,
        bytes: Int = RecordLimits.bundleBytes
    ) -> [DeliveryBundle] {
        var lanes: [Lane] = []
        var places: [PartitionID: Int] = [:]  // lookup only
        for delivery in deliveries {
            let place = places[delivery.to] ?? lanes.count
            if place == lanes.count {
                places[delivery.to] = place
                lanes.append(Lane(to: delivery.to, first: delivery.number))
            }
            precondition(
                delivery.number == lanes[place].first + UInt64(lanes[place].bodies.count),
                "numbers to one receiver follow each other")
            lanes[place].bodies.append(delivery.body)
        }
        var bundles: [DeliveryBundle] = []
        for lane in lanes {
            let to = lane.to
            var rest = lane.bodies[...]
            var number = lane.first
            while !rest.isEmpty {
                let count = fitting(rest, bytes)
                bundles.append(
                    DeliveryBundle(
                        to: to, numbers: number...number + UInt64(count) - 1,
                        record: RecordCodec.encode(
                            deliveries: rest.prefix(count), sender: sender, number: number, head)))
                number += UInt64(count)
                rest = rest.dropFirst(count)
            }
        }
        return bundles
    }

    /// What is said to one receiver.
    private struct Lane {
        let to: PartitionID
        /// The number of the first.
        let first: UInt64
        var bodies: [[UInt8]] = []
    }

    /// How many of the first fit into one record: at least one.
    private static func fitting(_ bodies: ArraySlice<[UInt8]>, _ bytes: Int) -> Int {
        var (count, sum) = (0, 0)
        for body in bodies {
            sum += body.count
            if count > 0, sum > bytes { break }
            count += 1
        }
        return count
    }
}
