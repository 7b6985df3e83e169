import Glibc
import KafkaLog
import KafkaTestSupport
import Testing

/// A member with all that it was told.
final class Member {
    let group: KafkaGroup
    var held: Set<KafkaPartition> = []
    var messages: [ReadMessage] = []
    var told: [String] = []
    var ends: Set<KafkaPartition> = []
    var failures: [KafkaError] = []
    var commits: [([KafkaPosition], KafkaError?)] = []
    /// What is done before partitions are given up.
    var beforeRevocation: ([KafkaPartition]) -> Void = { _ in }

    init(
        _ brokers: TestBrokers, _ topic: String,
        _ change: (inout KafkaGroupSettings) -> Void = { _ in }
    ) throws {
        var settings = KafkaGroupSettings(groupID: brokers.name("g"))
        change(&settings)
        group = try KafkaGroup(brokers.settings, settings)
        try group.join([topic])
    }

    func take(_ event: KafkaGroupEvent) {
        switch event {
        case .assigned(let partitions):
            told.append("+\(partitions.count)")
            held.formUnion(partitions)
        case .revoked(let partitions, let isLost):
            told.append("-\(partitions.count)\(isLost ? " lost" : "")")
            beforeRevocation(partitions)
            held.subtract(partitions)
        case .committed(let positions, let error): commits.append((positions, error))
        case .failed(let error): failures.append(error)
        case .reachedEnd(let end): ends.insert(end.partition)
        }
    }

    func poll() throws {
        try group.poll(limit: 7, timeoutMilliseconds: 0, event: take) {
            messages.append(ReadMessage($0))
        }
    }

    func close() { group.close(take) }
}

/// Brokers let each group wait 3 s for members: tests sleep meanwhile, for a thread that
/// waits is one of the few that all tests share.
@Suite struct KafkaGroupTests {
    private let brokers: TestBrokers
    private let topic: String

    init() throws {
        brokers = try TestBrokers()
        topic = try brokers.createTopic("t", partitions: 4)
        let producer = try KafkaProducer(brokers.settings)
        for number in 0..<40 { try producer.send("m\(number)", topic, Int32(number % 4)) }
        _ = try producer.flushed()
    }

    /// Polls all members in turn until `done`; false where time is up first.
    private func poll(_ members: [Member], until done: () -> Bool) async throws -> Bool {
        let end = ContinuousClock.now + .milliseconds(patience * 3)
        while !done() {
            guard ContinuousClock.now < end else { return false }
            for member in members { try member.poll() }
            try await Task.sleep(for: .milliseconds(10))
        }
        return true
    }

    private func positions(_ offset: Int64) -> [KafkaPosition] {
        (0..<4).map { KafkaPosition(KafkaPartition(topic, $0), offset) }
    }

    @Test func shouldReadAllAndGoOnWhereItCommitted() async throws {
        let first = try Member(brokers, topic)
        #expect(try await poll([first]) { first.messages.count == 40 })
        #expect(first.held.count == 4)
        #expect(try first.group.assignment().count == 4)
        let partitions = positions(0).map(\.partition)
        #expect(
            try first.group.committed(partitions, timeoutMilliseconds: patience)
                == [nil, nil, nil, nil])
        try first.group.commit(positions(7), timeoutMilliseconds: patience)
        #expect(
            try first.group.committed(partitions, timeoutMilliseconds: patience) == [7, 7, 7, 7])
        first.close()
        #expect(first.told == ["+4", "-4"])
        #expect(first.held.isEmpty)
        let second = try Member(brokers, topic)
        #expect(try await poll([second]) { second.messages.count == 12 })
        #expect(second.messages.allSatisfy { $0.offset >= 7 })
        second.close()
    }

    @Test func shouldCommitNothingByItself() async throws {
        let first = try Member(brokers, topic)
        #expect(try await poll([first]) { first.messages.count == 40 })
        first.close()
        let second = try Member(brokers, topic)
        #expect(try await poll([second]) { second.messages.count == 40 })
        second.close()
    }

    @Test func shouldBeginAtTheEndWhereToldTo() async throws {
        let member = try Member(brokers, topic) { $0.whereNothingIsCommitted = .end }
        // Only then is it known where the end is.
        #expect(try await poll([member]) { member.ends.count == 4 })
        let producer = try KafkaProducer(brokers.settings)
        try producer.send("new", topic)
        _ = try producer.flushed()
        #expect(try await poll([member]) { !member.messages.isEmpty })
        #expect(member.messages.map(\.text) == ["new"])
        member.close()
    }

    @Test func shouldShareWithOthersAndInherit() async throws {
        let first = try Member(brokers, topic)
        #expect(try await poll([first]) { first.held.count == 4 })
        let second = try Member(brokers, topic)
        #expect(
            try await poll([first, second]) { first.held.count == 2 && second.held.count == 2 })
        #expect(first.held.isDisjoint(with: second.held))
        #expect(first.told.prefix(3) == ["+4", "-4", "+2"])
        second.close()
        #expect(second.held.isEmpty)
        #expect(try await poll([first]) { first.held.count == 4 })
        first.close()
        #expect(first.failures.allSatisfy { $0.isRetriable })
    }

    /// A member that goes while it joins: librdkafka ended the process there, where its strategy
    /// kept a state.
    @Test func regressionEndWhileJoining() async throws {
        let (settings, topic) = (brokers.settings, topic)
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            // Brokers assign about 3 s after a group's first member has come.
            for milliseconds in stride(from: 2_800, through: 3_400, by: 75) {
                let name = brokers.name("joining-\(milliseconds)")
                tasks.addTask {
                    let group = try KafkaGroup(
                        settings, KafkaGroupSettings(groupID: name))
                    try group.join([topic])
                    let end = ContinuousClock.now + .milliseconds(milliseconds)
                    while ContinuousClock.now < end {
                        try group.poll(
                            limit: 10, timeoutMilliseconds: 0, event: { _ in }, message: { _ in })
                        try await Task.sleep(for: .milliseconds(10))
                    }
                    group.abandon()
                }
            }
            try await tasks.waitForAll()
        }
    }

    /// What is committed before partitions are given up nobody reads again; the mock cluster
    /// refuses such a commit while its group gathers, and then all of it is read again.
    @Test func shouldCommitBeforePartitionsAreGivenUp() async throws {
        let failure = try await commitBeforeRevocation()
        #expect(failure == nil || failure?.name == "REBALANCE_IN_PROGRESS")
    }

    /// One member commits what a second then need not read; says why the commit failed, if it did.
    private func commitBeforeRevocation() async throws -> KafkaError? {
        let first = try Member(brokers, topic)
        #expect(try await poll([first]) { first.messages.count == 40 })
        var failure: KafkaError?
        first.beforeRevocation = { [group = first.group] partitions in
            do throws(KafkaError) {
                try group.commit(
                    partitions.map { KafkaPosition($0, 10) }, timeoutMilliseconds: patience)
            } catch {
                failure = error
            }
        }
        let second = try Member(brokers, topic)
        #expect(try await poll([first, second]) { second.held.count == 2 })
        #expect(try await poll([first, second]) { second.ends.isSuperset(of: second.held) })
        #expect(second.messages.isEmpty == (failure == nil))
        first.beforeRevocation = { _ in }
        first.close()
        second.close()
        return failure
    }

    @Test func shouldTellWhatBecameOfACommitThatNobodyWaitedFor() async throws {
        let member = try Member(brokers, topic)
        #expect(try await poll([member]) { member.held.count == 4 })
        try member.group.commitSoon(positions(3))
        #expect(try await poll([member]) { member.commits.count == 1 })
        #expect(member.commits.first?.1 == nil)
        #expect(member.commits.first?.0.map(\.offset) == [3, 3, 3, 3])
        try member.group.commitSoon([])
        try member.group.commit([], timeoutMilliseconds: 1)
        member.close()
    }

    @Test(.mockOnly()) func shouldTellAMemberThatTheGroupHasMovedOn() async throws {
        let member = try Member(brokers, topic)
        #expect(try await poll([member]) { member.held.count == 4 })
        brokers.mock.fail(.offsetCommit, with: [.illegalGeneration])
        let error = #expect(throws: KafkaError.self) {
            try member.group.commit(positions(3), timeoutMilliseconds: patience)
        }
        #expect(error?.code == .notAMember)
        #expect(error?.isRetriable == false)
        // It comes back by itself.
        #expect(try await poll([member]) { member.told.count > 1 && member.held.count == 4 })
        member.close()
    }

    @Test(.mockOnly()) func shouldWaitForACommitNoLongerThanAsked() async throws {
        let member = try Member(brokers, topic)
        #expect(try await poll([member]) { member.held.count == 4 })
        brokers.mock.delay(.offsetCommit, milliseconds: 2_000)
        let error = #expect(throws: KafkaError.self) {
            try member.group.commit(positions(3), timeoutMilliseconds: 200)
        }
        #expect(error?.code == .timedOut)
        member.close()
    }

    @Test(.mockOnly()) func shouldAskAgainForOffsetsThatItCouldNotLearn() async throws {
        brokers.mock.fail(.offsetFetch, with: [.topicAuthorizationFailed])
        let member = try Member(brokers, topic)
        #expect(try await poll([member]) { member.messages.count == 40 })
        #expect(member.failures.contains { $0.code == .authorization })
        member.close()
    }

    @Test func shouldLoseNothingOverAPause() async throws {
        let member = try Member(brokers, topic)
        #expect(try await poll([member]) { !member.messages.isEmpty })
        let partitions = positions(0).map(\.partition)
        try member.group.pause(partitions)
        let count = member.messages.count
        for _ in 0..<10 {
            try await Task.sleep(for: .milliseconds(10))
            try member.poll()
        }
        #expect(member.messages.count == count)
        try member.group.resume(partitions)
        #expect(try await poll([member]) { member.messages.count >= 40 })
        #expect(Set(member.messages.map(\.text)).count == 40)
        #expect(member.messages.count == 40)
        member.close()
    }

    @Test func shouldCloseUnderAPollThatWaits() throws {
        let group = try KafkaGroup(brokers.settings, KafkaGroupSettings(groupID: brokers.name("g")))
        try group.join([topic])
        let start = ContinuousClock.now
        let polling = Worker {
            _ = try? group.poll(
                limit: 100_000, timeoutMilliseconds: 60_000, event: { _ in }, message: { _ in })
        }
        usleep(100_000)
        group.close()
        polling.join()
        #expect(ContinuousClock.now - start < .seconds(30))
        #expect(throws: KafkaError.self) { try group.join([topic]) }
    }

    @Test func shouldRefuseAGroupWithoutAName() {
        let error = #expect(throws: KafkaError.self) {
            _ = try KafkaGroup(brokers.settings, KafkaGroupSettings(groupID: ""))
        }
        #expect(error?.code == .wrongConfiguration)
    }
}
