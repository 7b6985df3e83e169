internal import DequeModule
internal import IdentityModel
internal import KafkaLog
internal import NodeRuntime
internal import ProfileCore
internal import WireFormat

/// Takes what a partition tells of its customers to the topics of changes and of profiles: key is
/// the customer id, value the JSON of INTERFACES.md, and of profiles what `ProfileMessage` writes.
/// A customer is in one partition of each, so that what is told later comes behind what was told
/// before.
///
///     change ──▶ topic of changes   ──┐
///         └────▶ topic of profiles  ──┴─▶ both have it: it has arrived
struct ChangesPublisher {
    /// Messages that come of a change.
    private static let messagesOfChange: UInt8 = 2

    private let firstLane: Int
    private let changesPartitions: UInt16
    private let profilesPartitions: UInt16
    private let showsSensitive: Bool
    /// How many messages of each change that was sent have not arrived, from the first on of which
    /// not all have.
    private var underway: Deque<UInt8> = []
    /// The offset in the feed of the first of them.
    private var first: UInt64 = 0

    /// A publisher over the lanes of a sender from `firstLane` on, as `lanes` has them.
    init(firstLane: Int, _ settings: EngineSettings) {
        self.firstLane = firstLane
        changesPartitions = UInt16(settings.changesPartitions)
        profilesPartitions = UInt16(settings.profilesPartitions)
        showsSensitive = settings.showsSensitive
    }

    /// Where a publisher sends: a lane for each partition of both topics.
    static func lanes(_ settings: EngineSettings) -> [KafkaPartition] {
        (0..<settings.changesPartitions).map { KafkaPartition(settings.topics.changes, $0) }
            + (0..<settings.profilesPartitions).map { KafkaPartition(settings.topics.profiles, $0) }
    }

    /// Sends changes, which come in order.
    ///
    /// - Throws: `EngineFailure`: a change is damaged.
    mutating func publish(
        _ changes: [FeedChange], under rules: SurvivorshipRules, through sender: OrderedSender
    ) throws(EngineFailure) {
        let masking = showsSensitive ? nil : rules
        for change in changes {
            if underway.isEmpty { first = change.offset }
            underway.append(Self.messagesOfChange)
            var text: [UInt8] = []
            let profile: [UInt8]
            let customer: NodeKey
            do throws(WireError) {
                customer = try change.appendText(to: &text, masking: masking)
                profile = try ProfileMessage.text(after: change, masking: masking)
            } catch {
                throw .store(StoreFailure(.damaged, error.reason, remedy: Remedy.rebuild))
            }
            var key: [UInt8] = []
            key.appendHexadecimal(customer)
            let place = PartitionID.home(of: customer, among: changesPartitions).rawValue
            sender.send(
                OrderedSender.Message(key: key, value: text), on: firstLane + Int(place),
                token: change.offset)
            let profilePlace =
                changesPartitions
                + PartitionID.home(of: customer, among: profilesPartitions).rawValue
            sender.send(
                OrderedSender.Message(key: key, value: profile),
                on: firstLane + Int(profilePlace), token: change.offset)
        }
    }

    /// A message of a change has arrived.
    ///
    /// - Returns: the offset in the feed before which all changes have.
    mutating func noteArrived(_ offset: UInt64) -> UInt64 {
        underway[Int(offset - first)] -= 1
        while underway.first == 0 {
            underway.removeFirst()
            first += 1
        }
        return first
    }
}
