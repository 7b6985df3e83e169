import GraphCore
import IdentityModel
import NodeRuntime
import TestSupport
import Testing
import WireFormat

/// Opening a partition from a checkpoint and what the log holds behind it.
@Suite("Recovery")
struct RecoveryTests {
    /// A log and a state with a checkpoint at the record `checkpoint`.
    private struct Stores {
        let log = ScratchLog()
        let state = MemoryState()
        let records: [[UInt8]]
        let events: [TestEvent]

        init(seed: UInt64, checkpoint: UInt64) throws {
            (records, events) = RuntimeFixture.records(seed: seed)
            let runtime = try RuntimeFixture.open(log, state)
            for (offset, record) in records.enumerated() {
                #expect(try runtime.append(record) == UInt64(offset))
                if UInt64(offset) + 1 == checkpoint { try runtime.checkpoint() }
            }
        }

        var end: UInt64 { UInt64(records.count) }
    }

    @Test func shouldRecoverFromAnyCutBehindTheCheckpoint() throws {
        for seed in 0..<UInt64(TestBudget.rounds(12)) {
            let checkpoint = seed % 5
            let stores = try Stores(seed: seed, checkpoint: checkpoint)
            for cut in checkpoint...stores.end {
                let log = ScratchLog(copying: stores.log)
                log.cut(to: cut)
                let state = StoredEntry.state(StoredEntry.all(in: stores.state))
                let runtime = try RuntimeFixture.open(log, state)
                #expect(runtime.position == cut)
                #expect(runtime.tailRecords == cut - checkpoint)
                #expect(runtime.digest == RuntimeFixture.digest(stores.events, records: cut))
                // And on to the end: the same events, appended again.
                for record in stores.records[Int(cut)...] { _ = try runtime.append(record) }
                #expect(runtime.digest == RuntimeFixture.digest(stores.events, records: stores.end))
                #expect(runtime.eventCount == UInt64(stores.events.count))
            }
        }
    }

    @Test func shouldRefuseALogThatLostRecordsOfTheCheckpoint() throws {
        let stores = try Stores(seed: 1, checkpoint: 4)
        for cut in 0..<UInt64(4) {
            let log = ScratchLog(copying: stores.log)
            log.cut(to: cut)
            let failure = try #require(RuntimeFixture.failure(log, stores.state))
            #expect(failure.code == .damaged)
            #expect(failure.remedy == Remedy.rebuild)
            #expect(failure.reason.contains("record 4"))
            #expect(failure.isFatal && !failure.isRetriable)
        }
    }

    @Test func shouldRefuseAStateThatFellBehindTheLog() throws {
        let stores = try Stores(seed: 2, checkpoint: 4)
        #expect(stores.log.bounds(of: RuntimeFixture.partition).lowerBound == 3)
        // The state is gone, and the log was trimmed behind it.
        let failure = try #require(RuntimeFixture.failure(stores.log, MemoryState()))
        #expect(failure.code == .damaged)
        #expect(failure.remedy == Remedy.rebuild)
    }

    @Test func shouldRefuseAGapAnywhere() throws {
        let stores = try Stores(seed: 3, checkpoint: 3)
        for lost in 3..<stores.end {
            let log = ScratchLog(copying: stores.log)
            log.lose(lost)
            let failure = try #require(
                RuntimeFixture.failure(log, stores.state), "record \(lost)")
            #expect(failure.code == .damaged)
            #expect(failure.reason.contains("lost record \(lost)"))
            #expect(failure.remedy == Remedy.rebuild)
        }
    }

    @Test func shouldRefuseALogThatDoesNotContinueTheCheckpoint() throws {
        let stores = try Stores(seed: 4, checkpoint: 3)
        let last = try #require(stores.log.record(at: 2))
        var flipped = last
        flipped[20] ^= 1
        let other = EventRecords.record(stores.events.reversed(), RuntimeFixture.head)
        for foreign in [flipped, other, [], [1, 2, 3], Array(last.dropLast())] {
            let log = ScratchLog(copying: stores.log)
            log.replace(2, with: foreign)
            let failure = try #require(RuntimeFixture.failure(log, stores.state))
            #expect(failure.code == .damaged)
            #expect(failure.reason.contains("does not continue the checkpoint at record 2"))
            #expect(failure.remedy == Remedy.rebuild)
        }
        let log = ScratchLog(copying: stores.log)
        log.lose(2)
        #expect(RuntimeFixture.failure(log, stores.state)?.code == .damaged)
    }

    @Test func shouldRefuseADamagedTail() throws {
        let stores = try Stores(seed: 5, checkpoint: 2)
        for place in 2..<stores.end {
            let log = ScratchLog(copying: stores.log)
            var record = try #require(log.record(at: place))
            record[record.count / 2] ^= 0x10
            log.replace(place, with: record)
            let failure = try #require(RuntimeFixture.failure(log, stores.state))
            #expect(failure.code == .damaged)
            #expect(failure.remedy == Remedy.rebuild)
        }
    }

    @Test func shouldRefuseAnotherConfiguration() throws {
        // With a tail, and with none: the last record says whose it is.
        for checkpoint: UInt64 in [2, UInt64(RuntimeFixture.records(seed: 6).records.count)] {
            let stores = try Stores(seed: 6, checkpoint: checkpoint)
            let failure = try #require(
                RuntimeFixture.failure(
                    stores.log, stores.state, RuntimeFixture.settings(digest: 1)))
            #expect(failure.code == .otherConfiguration)
            #expect(!failure.remedy.isEmpty)
            let wider = RuntimeFixture.settings(
                digest: 1, earlier: [RuntimeFixture.head.configurationDigest])
            #expect(RuntimeFixture.failure(stores.log, stores.state, wider) == nil)
        }
    }

    @Test func shouldRefuseALaterReleasesStore() throws {
        let stores = try Stores(seed: 7, checkpoint: 2)
        var header = try #require(try StoredHeader.read(stores.state))
        header.logicVersion = 2
        let formats = [header.encoded, [4] + header.encoded.dropFirst()]
        for value in formats {
            let state = Self.state(stores.state, with: StateKey.header, value)
            let failure = try #require(RuntimeFixture.failure(stores.log, state))
            #expect(failure.code == .newerFormat)
            #expect(failure.remedy == Remedy.upgrade)
        }
        let log = ScratchLog(copying: stores.log)
        log.replace(
            3, with: RecordCodec.encode(.logic(version: 2), RuntimeFixture.head))
        #expect(RuntimeFixture.failure(log, stores.state)?.code == .newerFormat)
        #expect(RuntimeFixture.failure(log, stores.state)?.remedy == Remedy.upgrade)
    }

    @Test func shouldRefuseADamagedHeaderOrALostName() throws {
        let stores = try Stores(seed: 8, checkpoint: 2)
        for (key, value) in [
            (StateKey.header, [1, 2]), (StateKey.header, []), (StateKey.namespace(1), nil),
            (StateKey.source(1), nil),
        ] as [([UInt8], [UInt8]?)] {
            let state = Self.state(stores.state, with: key, value)
            let failure = try #require(RuntimeFixture.failure(stores.log, state))
            #expect(failure.code == .damaged)
            #expect(failure.remedy == Remedy.rebuild)
        }
    }

    // MARK: Entities that cannot be read

    /// A store whose customer is in rows, and a question that needs them all.
    private func stateInRows() throws -> (log: ScratchLog, state: MemoryState, hub: TestEnd) {
        let hub = TestEnd("loyalty", "hub")
        let events = (0..<1_100).map { TestEvent(.link, hub, TestEnd("cookie", "c\($0)")) }
        let (log, state) = (ScratchLog(), MemoryState())
        let runtime = try RuntimeFixture.open(log, state)
        _ = try runtime.append(EventRecords.record(events, RuntimeFixture.head))
        try runtime.checkpoint()
        return (log, state, hub)
    }

    private func ask<State: StatePort>(
        _ log: ScratchLog, _ state: State, _ hub: TestEnd
    ) throws -> StoreFailure? {
        let runtime = try RuntimeFixture.open(log, state)
        return RuntimeFixture.failure { () throws(StoreFailure) in
            _ = try runtime.ask { graph, reader throws(StateError) in
                try graph.bridges(withMember: hub.key, reader: reader)
            }
        }
    }

    @Test func shouldSayWhatIsWrongWithAnEntity() throws {
        let (log, state, hub) = try stateInRows()
        #expect(try ask(log, state, hub) == nil)
        let all = StoredEntry.all(in: state)
        var heads: [StoredEntry] = []
        var rows: [StoredEntry] = []
        for entry in all {
            switch StateKey.parse(entry.key.span) {
            case .home(hub.key), .component: heads.append(entry)
            case .member, .edge: rows.append(entry)
            default: break
            }
        }
        #expect(heads.count == 2 && rows.count == 1_101 + 1_100)
        let picked = [0, 1, 600, 1_100, 1_101, 1_700, 2_200].map { rows[$0] }
        for entry in heads + picked {
            var newer = entry.value
            newer[0] = 2
            var failure = try ask(log, Self.state(state, with: entry.key, newer), hub)
            #expect(failure?.code == .newerFormat)
            #expect(failure?.remedy == Remedy.upgrade)
            let short = Array(entry.value.dropLast())
            failure = try ask(log, Self.state(state, with: entry.key, short), hub)
            #expect(failure?.code == .damaged)
            #expect(failure?.remedy == Remedy.rebuild)
        }
        for entry in heads.filter({ $0.key[0] == 0x20 }) + picked {
            #expect(try ask(log, Self.state(state, with: entry.key, nil), hub)?.code == .damaged)
        }
    }

    @Test func shouldTellAReadErrorFromDamage() throws {
        let (log, state, hub) = try stateInRows()
        let opening = FaultPlan()
        _ = try RuntimeFixture.open(log, FaultyState(state, opening))
        let sound = FaultPlan()
        #expect(try ask(log, FaultyState(state, sound), hub) == nil)
        // The home, the head, the anchor, then the rows some at a time: each may fail.
        #expect(sound.calls >= opening.calls + 6)
        for call in opening.calls + 1...sound.calls {
            let plan = FaultPlan(failing: call, takesEffect: false)
            let failure = try ask(log, FaultyState(state, plan), hub)
            #expect(failure?.code == .ioError, "call \(call)")
            #expect(failure?.remedy.contains("disk") == true)
        }
    }

    private static func state(
        _ state: MemoryState, with key: [UInt8], _ value: [UInt8]?
    ) -> MemoryState {
        let rest = StoredEntry.all(in: state).filter { $0.key != key }
        return StoredEntry.state(rest + (value.map { [StoredEntry(key: key, value: $0)] } ?? []))
    }
}
