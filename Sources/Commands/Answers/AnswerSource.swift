internal import Answers
internal import ArgumentParser
internal import GraphCore
internal import IdentityModel

/// Whoever answers the commands' questions: a store that this process holds, or a node.
///
/// Ids are words as they were typed. Failures, and words that name nothing, are `CommandEnd`s that
/// say what to do.
protocol AnswerSource: AnyObject {
    /// Refuses words that name nothing before any is answered, as far as that can be told here.
    func check(_ ids: [String]) throws(CommandEnd)

    /// The customer of an id with its profile, and a page of its identifiers; `reveal` shows
    /// sensitive values.
    func resolve(
        _ id: String, after place: MemberPosition?, limit: Int, reveal: Bool
    ) throws(CommandEnd) -> ResolveAnswer

    /// Answers the ids in a file, one a line, on standard output; whether all were found.
    func resolveLines(of file: String, asJSON: Bool) throws(CommandEnd) -> Bool

    /// A page of what is inside a customer; `reveal` shows sensitive values.
    func component(
        _ id: String, from place: Cursor?, limit: Int, bridges: Bool, reveal: Bool
    ) throws(CommandEnd) -> ComponentAnswer

    /// Why two ids are one customer, or that they are not.
    func explain(
        _ a: String, _ b: String, from start: NodeKey?, limit: Int
    ) throws(CommandEnd) -> ExplainAnswer

    /// The largest customers.
    func top(limit: Int, reveal: Bool) throws(CommandEnd) -> TopAnswer

    /// Counts, sizes, memory, positions.
    func stats() throws(CommandEnd) -> StatsAnswer

    /// The survivorship rules in force.
    func profiles() throws(CommandEnd) -> ProfilesAnswer

    /// Says one event by hand, or shows what it would change.
    func perform(_ event: HandEvent) throws(CommandEnd) -> HandAnswer

    /// Ends what was begun: what was acknowledged is durable, and a store is let go of.
    func close() throws(CommandEnd)
}

/// Who is asked: the store in a folder, the node that holds it, or a node at an address.
struct SourceOptions: ParsableArguments {
    @OptionGroup var data: DataOptions
    @Option(
        help: ArgumentHelp(
            "Ask the node at this address, such as http://127.0.0.1:7411, and no folder. "
                + "(default: the node that holds the folder, if one does)",
            valueName: "url"))
    var server: String?

    func validate() throws {
        guard server == nil || data.data == nil else {
            throw ValidationError("--server asks a node and --data a folder: give one of them")
        }
    }

    /// Who has what is asked for.
    enum Holder {
        /// This process, which now has the folder's lock.
        case store(StoreRequest, StoreLock)
        /// A node.
        case node(NodeClient)
    }

    /// The source. A store is opened for as long as it is there.
    ///
    /// - Parameters:
    ///   - isRehearsal: nothing that is asked may stay.
    ///   - writes: an event is to be written.
    func open(
        isRehearsal: Bool = false, writes: Bool = false
    ) throws(CommandEnd) -> any AnswerSource {
        let settings = try data.settings([.server: server])
        if let node = try node(settings) { return RemoteAnswers(node) }
        var request = try settings.storeRequest()
        request.isRehearsal = isRehearsal
        request.raisesLogic = writes
        if isRehearsal, try !StoreFolder.holdsStore(request.folder) {
            return try LocalAnswers(rehearsingWithout: request)
        }
        switch try Self.holder(request) {
        case .store(let request, let lock): return try LocalAnswers(request, lock)
        case .node(let node): return RemoteAnswers(node)
        }
    }

    /// Who has what is asked for.
    func find() throws(CommandEnd) -> Holder {
        let settings = try data.settings([.server: server])
        if let node = try node(settings) { return .node(node) }
        return try Self.holder(settings.storeRequest())
    }

    /// The node that the settings name, if they do. A folder that the command line names is meant,
    /// whatever a variable or a file says.
    private func node(_ settings: Settings) throws(CommandEnd) -> NodeClient? {
        guard server != nil || data.data == nil else { return nil }
        return try settings.value(.server, SettingValues.server).map { NodeClient($0) }
    }

    private static func holder(_ request: StoreRequest) throws(CommandEnd) -> Holder {
        switch try StoreLock.orNode(of: request.folder) {
        case .lock(let lock): return .store(request, lock)
        case .node(let serving, let address):
            serving.announce(asking: address, of: request.folder)
            return .node(NodeClient(address))
        }
    }
}
