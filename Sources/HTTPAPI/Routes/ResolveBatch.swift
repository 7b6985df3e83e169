internal import Answers
internal import IdentityModel
internal import NodeKeys
internal import WireFormat

/// The ids of one `POST /v1/resolve`, read and hashed before the partition's thread is asked, and
/// their answers. Written as bytes throughout: a thousand ids are one request.
struct ResolveBatch: Sendable {
    /// Where an id's answer comes from.
    private enum Step: Sendable {
        /// The key at this place among `questions`.
        case asked(Int, isCustomer: Bool)
        /// Nowhere.
        case refused(ResolveRefusal)
    }

    /// What the body names.
    let request: ResolveRequest
    /// What is to be looked up.
    private(set) var questions: [NodeKey] = []
    private var steps: [Step] = []

    /// Reads a body.
    ///
    /// - Throws: `Problem`; then nothing of it is answered.
    init(_ body: [UInt8], _ keys: IdentifierKeys, limits: HTTPLimits) throws(Problem) {
        guard !body.isEmpty else { throw Problem.emptyBody }
        var request = ResolveRequest()
        if let fault = request.read(body.span) {
            guard fault.word != .tooManyIDs else { throw Self.tooMany(limits) }
            throw Problem(fault)
        }
        guard request.count <= limits.idsPerRequest else { throw Self.tooMany(limits) }
        self.request = request
        var parser = IdentifierParser(namespaces: keys.namespaces)
        for index in 0..<request.count {
            switch request.question(index, by: &parser) {
            case .refused(let refusal): steps.append(.refused(refusal))
            case .customer(let key): ask(key, isCustomer: true)
            case .identifier:
                ask(parser.withNormalized { keys.hasher.hash($0) }, isCustomer: false)
            }
        }
    }

    private mutating func ask(_ key: NodeKey, isCustomer: Bool) {
        steps.append(.asked(questions.count, isCustomer: isCustomer))
        questions.append(key)
    }

    private static func tooMany(_ limits: HTTPLimits) -> Problem {
        Problem(
            .tooManyIDs, "a request names at most \(limits.idsPerRequest) ids: ask in parts")
    }

    /// What became of the id at `index`, counted from 0.
    private func outcome(_ index: Int, _ anchors: [NodeKey?]) -> ResolveOutcome {
        switch steps[index] {
        case .refused(let refusal): .refused(refusal.word)
        case .asked(let place, _): anchors[place].map(ResolveOutcome.found) ?? .notFound
        }
    }

    /// The answer that names customers alone; `anchors` are those of `questions`.
    func json(_ anchors: [NodeKey?], at position: PositionAnswer) -> [UInt8] {
        var writer = ResolveWriter(count: request.count, idBytes: request.text.count)
        for index in 0..<request.count {
            writer.append(
                request.text.span.extracting(request.place(of: index)), outcome(index, anchors))
        }
        return writer.finish(partition: position.partition, offset: position.offset)
    }

    /// A question for the page of identifiers of each id that has a customer, in the ids' order.
    func pages() -> [Question?] {
        steps.indices.map { index in
            guard case .asked(let place, let isCustomer) = steps[index] else { return nil }
            return Question(text: text(index), key: questions[place], isCustomer: isCustomer)
        }
    }

    /// The answer to an id whose page nobody asked for: it was refused.
    func refused(_ index: Int) -> ResolveAnswer {
        guard case .refused(let refusal) = steps[index] else {
            preconditionFailure("the id at \(index) was asked for")
        }
        return ResolveAnswer(id: text(index), error: refusal.word)
    }

    private func text(_ index: Int) -> String {
        String(decoding: request.text[request.place(of: index)], as: UTF8.self)
    }
}
