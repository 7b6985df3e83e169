internal import GraphCore
internal import IdentityModel
internal import WireFormat

// What other partitions say, and what is said to them.
extension PartitionMachine {
    /// Folds those deliveries of another partition that are the next ones of that sender: of
    /// several that are sent again the first may be known, and the last be new.
    mutating func hear(
        _ bytes: Span<UInt8>, _ bodies: [Range<Int>], from sender: PartitionID, number: UInt64,
        _ reader: some StateReader
    ) throws(StepError) {
        #if Mutants
        if Mutant.bundleIsKnownByItsFirst.isPlanted, number <= seen(from: sender) { return }
        defer {
            if Mutant.bundleIsCountedAsOne.isPlanted, seen(from: sender) > number {
                noteSeen(number, from: sender)
            }
        }
        #endif
        for (place, body) in bodies.enumerated() {
            try hear(bytes, body, from: sender, number: number + UInt64(place), reader)
        }
    }

    /// Folds a delivery, if it is the next one. One that was folded before is a repeat; one that
    /// runs ahead of a gap will come again behind it.
    private mutating func hear(
        _ bytes: Span<UInt8>, _ body: Range<Int>, from sender: PartitionID, number: UInt64,
        _ reader: some StateReader
    ) throws(StepError) {
        #if Mutants
        if Mutant.gapsAreSkipped.isPlanted, number > seen(from: sender) {
            noteSeen(number - 1, from: sender)
        }
        if Mutant.repeatsAreApplied.isPlanted, number == seen(from: sender) {
            noteSeen(number - 1, from: sender)
        }
        #endif
        guard number == seen(from: sender) + 1 else {
            if number > seen(from: sender) { aheadSender = sender }
            return
        }
        if aheadSender == sender { aheadSender = nil }
        noteSeen(number, from: sender)
        let messages: [GraphMessage]
        do throws(WireError) {
            messages = try MessageFrame.decode(bytes, body: body) { graph.numberNamespace($0) }
        } catch {
            throw .record(error)
        }
        do throws(StateError) {
            for index in messages.indices {
                prefetch(messages, after: index)
                try graph.apply(messages[index], reader: reader)
            }
        } catch {
            throw .state(error)
        }
    }

    /// Hints at the memory that the next messages will need. It changes no result.
    private mutating func prefetch(_ messages: [GraphMessage], after index: Int) {
        prefetch(
            after: index, of: messages.count,
            index: { $0.prefetchIndex(messages[$1]) },
            nodes: { $0.prefetchNodes(messages[$1]) })
    }

    /// What the step said, ascending by receiver. What is said to one of them in one step is one
    /// delivery, or several, if it is more than a record of its log takes.
    ///
    /// - Throws: `StepError`: what was read of the state leads to a partition that there is not.
    mutating func takeDeliveries() throws(StepError) -> [Delivery] {
        guard graph.hasOutgoing else { return [] }
        let outgoing = graph.takeOutgoing()
        try sortOut(outgoing)
        var deliveries: [Delivery] = []
        var receiver = Int(outgoing[Int(order[0])].to.rawValue)
        for index in order {
            let next = Int(outgoing[Int(index)].to.rawValue)
            if next != receiver {
                deliveries.append(finishDelivery(to: receiver))
                receiver = next
            }
            let message = outgoing[Int(index)].message
            if MessageWriter.isWhole(message) {
                write(message, to: receiver, &deliveries)
            } else {
                for part in MessageWriter.parts(of: message) {
                    write(part, to: receiver, &deliveries)
                }
            }
        }
        deliveries.append(finishDelivery(to: receiver))
        return deliveries
    }

    /// Orders messages by receiver, those to one of them as they were said: fills `order` with
    /// their places. Counts the receivers first, which are few.
    private mutating func sortOut(_ outgoing: [OutgoingMessage]) throws(StepError) {
        for place in places.indices { places[place] = 0 }
        while places.count <= header.sent.count { places.append(0) }
        order.removeAll(keepingCapacity: true)
        for one in outgoing {
            guard one.to != partition, Int(one.to.rawValue) < header.sent.count else {
                throw .state(
                    StateError(
                        .damaged, "the graph names partition \(one.to.rawValue), which is not there"
                    ))
            }
            places[Int(one.to.rawValue) + 1] += 1
            order.append(0)
        }
        for place in places.indices.dropFirst() { places[place] += places[place - 1] }
        for index in outgoing.indices {
            let receiver = Int(outgoing[index].to.rawValue)
            order[Int(places[receiver])] = UInt32(index)
            places[receiver] += 1
        }
    }

    private mutating func write(
        _ message: GraphMessage, to receiver: Int, _ deliveries: inout [Delivery]
    ) {
        if writer.isFull(before: message, messages: limits.messages, bytes: limits.bytes) {
            deliveries.append(finishDelivery(to: receiver))
        }
        writer.append(message) { graph.namespaceName($0) }
    }

    private mutating func finishDelivery(to receiver: Int) -> Delivery {
        header.sent[receiver] += 1
        return Delivery(
            to: PartitionID(UInt16(receiver)), number: header.sent[receiver],
            body: writer.finish())
    }
}

/// Where deliveries are cut. All replicas of a partition must have them alike.
package struct DeliveryLimits: Equatable, Sendable {
    /// Messages in one delivery at most.
    package var messages: Int
    /// Bytes of a delivery's body at most, but for one message that is larger.
    package var bytes: Int

    /// Limits with their members.
    package init(messages: Int, bytes: Int) {
        self.messages = messages
        self.bytes = bytes
    }

    /// What nodes run with: what a record of a log takes.
    package static let standard = DeliveryLimits(
        messages: MessageLimits.messages, bytes: MessageLimits.bytes)
}
