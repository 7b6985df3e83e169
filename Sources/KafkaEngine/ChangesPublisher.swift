internal import DequeModule
internal import IdentityModel
internal import NodeRuntime
internal import ProfileCore
internal import WireFormat

/// Takes what a partition tells of its customers to the topic of changes: key is the customer id,
/// value the JSON of INTERFACES.md. A customer's changes are in one topic partition, so that one of
/// these comes behind what was told before of the same.
struct ChangesPublisher {
    private let firstLane: Int
    private let laneCount: UInt16
    private let showsSensitive: Bool
    /// Which of the changes that were sent have arrived, from the first that has not on.
    private var underway: Deque<Bool> = []
    /// The offset in the feed of the first of them.
    private var first: UInt64 = 0

    /// A publisher over the lanes of a sender from `firstLane` on, one for each partition of the
    /// topic.
    init(firstLane: Int, laneCount: Int32, showsSensitive: Bool) {
        self.firstLane = firstLane
        self.laneCount = UInt16(laneCount)
        self.showsSensitive = showsSensitive
    }

    /// Sends changes, which come in order.
    ///
    /// - Throws: `EngineFailure`: a change is damaged.
    mutating func publish(
        _ changes: [FeedChange], under rules: SurvivorshipRules, through sender: OrderedSender
    ) throws(EngineFailure) {
        for change in changes {
            if underway.isEmpty { first = change.offset }
            underway.append(false)
            var text: [UInt8] = []
            let customer: NodeKey
            do throws(WireError) {
                customer = try change.appendText(to: &text, masking: showsSensitive ? nil : rules)
            } catch {
                throw .store(StoreFailure(.damaged, error.reason, remedy: Remedy.rebuild))
            }
            var key: [UInt8] = []
            key.appendHexadecimal(customer)
            let place = PartitionID.home(of: customer, among: laneCount).rawValue
            sender.send(
                OrderedSender.Message(key: key, value: text), on: firstLane + Int(place),
                token: change.offset)
        }
    }

    /// A change has arrived.
    ///
    /// - Returns: the offset in the feed before which all have.
    mutating func noteArrived(_ offset: UInt64) -> UInt64 {
        underway[Int(offset - first)] = true
        while underway.first == true {
            underway.removeFirst()
            first += 1
        }
        return first
    }
}
