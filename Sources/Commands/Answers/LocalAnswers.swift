internal import Answers
internal import GraphCore
internal import IdentityModel
internal import NodeKeys
internal import NodeRuntime
internal import WireFormat

/// Answers out of a store that this process holds.
final class LocalAnswers: AnswerSource {
    private typealias Desk = PartitionDesk<PartitionGroup<RocksLog, RocksState>>

    private let store: OpenStore
    private let desk: Desk
    private let keys: IdentifierKeys
    private let openingSeconds: Double
    /// Where the store is, if it is one that does not stay.
    private let temporary: TemporaryFolder?
    private let isRehearsal: Bool

    /// Opens the store, whose folder is locked.
    init(
        _ request: StoreRequest, _ lock: StoreLock, temporary: TemporaryFolder? = nil
    ) throws(CommandEnd) {
        self.temporary = temporary
        isRehearsal = request.isRehearsal
        let start = MonotonicTime.system.nanoseconds()
        store = try OpenStore(request, lock)
        let opening = MonotonicTime.system.nanoseconds() - start
        openingSeconds = Double(opening / 1_000_000) / 1_000
        desk = PartitionDesk(store.group)
        keys = IdentifierKeys(namespaces: store.folder.table, hasher: store.hasher)
    }

    /// A rehearsal where there is no store yet: in a folder that does not stay.
    convenience init(rehearsingWithout request: StoreRequest) throws(CommandEnd) {
        Diagnostics.line(
            Escaping.controls(
                "kindred: there is no store in \(request.folder) yet: when one is made, it gives "
                    + "customers other ids"))
        let temporary = try TemporaryFolder()
        var request = request
        request.folder = temporary.path
        do throws(CommandEnd) {
            let lock = try StoreLock(folder: request.folder)
            try self.init(request, lock, temporary: temporary)
        } catch {
            temporary.remove()
            throw error
        }
    }

    deinit { temporary?.remove() }

    func close() throws(CommandEnd) {
        if isRehearsal { store.abandon() } else { try store.close() }
    }

    // MARK: Questions

    func check(_ ids: [String]) throws(CommandEnd) {
        for id in ids { _ = try question(id) }
    }

    func resolve(
        _ id: String, after place: MemberPosition?, limit: Int, reveal: Bool
    ) throws(CommandEnd) -> ResolveAnswer {
        let question = try question(id)
        return try failing { (desk) throws(StoreFailure) in
            try desk.resolve(question, after: place, limit: limit, reveal: reveal)
        }
    }

    func resolveLines(of file: String, asJSON: Bool) throws(CommandEnd) -> Bool {
        var run = ResolveFile(try StoreLines(store), isJSON: asJSON)
        try run.answer(file)
        return run.foundAll
    }

    func component(
        _ id: String, from place: Cursor?, limit: Int, bridges: Bool, reveal: Bool
    ) throws(CommandEnd) -> ComponentAnswer {
        let question = try question(id)
        return try failing { (desk) throws(StoreFailure) in
            try desk.component(
                question, from: place, limit: limit, bridges: bridges, reveal: reveal)
        }
    }

    func explain(
        _ a: String, _ b: String, from start: NodeKey?, limit: Int
    ) throws(CommandEnd) -> ExplainAnswer {
        let (one, other) = (try question(a), try question(b))
        do throws(AnswerFailure) {
            return try desk.explain(one, other, from: start, limit: limit)
        } catch {
            switch error {
            case .store(let failure): throw CommandEnd(failure, folder: store.folder.path)
            case .stalePathCursor:
                throw CommandEnd(
                    ExitStatus.failed,
                    "the path no longer runs where --cursor points; leave it out to start again")
            }
        }
    }

    func top(limit: Int, reveal: Bool) throws(CommandEnd) -> TopAnswer {
        let largest = try store.failing { (group) throws(StoreFailure) in
            try group.checkpoint()
            return try store.stored.map { (state) throws(StoreFailure) in
                try LargestComponents(limit: limit, in: state)
            }
        }
        return TopAnswer(largest, limit: limit, namespaces: keys.namespaces, reveal: reveal)
    }

    func stats() throws(CommandEnd) -> StatsAnswer {
        var answer = try failing { (desk) throws(StoreFailure) in try desk.stats() }
        answer.diskBytes = try store.bytesOnDisk()
        answer.openingSeconds = openingSeconds
        answer.keyFingerprint = store.folder.key.fingerprintText
        return answer
    }

    func profiles() -> ProfilesAnswer { ProfilesAnswer(inForce: store.rules) }

    private func failing<Answer>(
        _ body: (Desk) throws(StoreFailure) -> Answer
    ) throws(CommandEnd) -> Answer {
        try store.failing { (_) throws(StoreFailure) in try body(desk) }
    }

    private func question(_ text: String) throws(CommandEnd) -> Question {
        do throws(QuestionRefusal) {
            return try keys.question(text)
        } catch {
            throw CommandEnd(error, of: text)
        }
    }

    // MARK: By hand

    func perform(_ event: HandEvent) throws(CommandEnd) -> HandAnswer {
        let (one, other) = (try identifier(event.a), try identifier(event.b))
        guard one.key != other.key else {
            throw CommandEnd(ExitStatus.usage, "both ends are one identifier after normalising")
        }
        let a = Question(text: event.a, key: one.key, isCustomer: false)
        let b = Question(text: event.b, key: other.key, isCustomer: false)
        let record = event.record(one, other, store.group.recordHead)
        let before = try failing { (desk) throws(StoreFailure) in
            try desk.pairState(a, b, withPath: false)
        }
        let after =
            try event.isDryRun
            ? rehearse(record, of: one.key, other.key) { (desk) throws(StoreFailure) in
                try desk.pairState(a, b)
            }
            : append(record, of: one.key, other.key) { (desk) throws(StoreFailure) in
                try desk.pairState(a, b)
            }
        return HandAnswer(event.operation, before: before, after: after, isDryRun: event.isDryRun)
    }

    /// Appends a record of one pair, and asks.
    private func append(
        _ record: [UInt8], of one: NodeKey, _ other: NodeKey,
        _ body: (any AnswerDesk) throws(StoreFailure) -> PairState
    ) throws(CommandEnd) -> PairState {
        try store.failing { (group) throws(StoreFailure) in
            try group.append([(group.home(of: min(one, other)).partition, record)])
            try group.sync()
            return try body(desk)
        }
    }

    /// Folds a record of one pair in memory alone, and asks.
    private func rehearse(
        _ record: [UInt8], of one: NodeKey, _ other: NodeKey,
        _ body: (any AnswerDesk) throws(StoreFailure) -> PairState
    ) throws(CommandEnd) -> PairState {
        guard store.group.runtimes.count > 1 else {
            return try store.failing { (group) throws(StoreFailure) in
                try group.runtimes[0].rehearse(record)
                return try body(desk)
            }
        }
        let rehearsal = try store.rehearsal()
        return try store.failing { (_) throws(StoreFailure) in
            try rehearsal.append([(rehearsal.home(of: min(one, other)).partition, record)])
            return try body(PartitionDesk(rehearsal))
        }
    }

    private func identifier(
        _ text: String
    ) throws(CommandEnd) -> (key: NodeKey, identifier: NormalizedIdentifier) {
        do throws(QuestionRefusal) {
            return try keys.identifier(text)
        } catch {
            throw CommandEnd(error, of: text)
        }
    }
}

extension CommandEnd {
    /// What a command says of a word that names nothing.
    init(_ refusal: QuestionRefusal, of text: String) {
        let shown = "'\(Escaping.terminal(text.utf8))'"
        self.init(
            ExitStatus.usage,
            refusal.word == QuestionRefusal.badID
                ? "\(shown) is \(QuestionRefusal.neither)"
                : "\(shown): \(refusal.message) (\(refusal.word))")
    }
}
