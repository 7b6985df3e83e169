internal import Answers
internal import HTTPAPI
internal import IdentityModel
internal import NodeRuntime
internal import ProfileCore
internal import WireFormat

// The survivorship rules of a store that serves.
extension ServingNode {
    func profiles(deadline: Deadline) async throws(ServingError) -> ProfilesAnswer {
        ProfilesAnswer(inForce: RulesChange.rules(of: try await rules(by: deadline)))
    }

    func put(
        profiles text: [UInt8], deadline: Deadline
    ) async throws(ServingError) -> ProfilesAnswer {
        if let shortage = try requireOpened().shortage { throw .store(shortage.failure) }
        return try await alone(.rules) { () throws(ServingError) in
            let given = try await SystemThread.run { ProfilesFile.rules(inBody: text) }.get()
            let change = RulesChange(from: try await rules(by: deadline), to: given)
            let record = RecordCodec.encode(
                rules: change.rules.encode(), version: change.rules.version, recordHead)
            if !change.lacking.isEmpty {
                _ = try await append(change.lacking.map { ($0, record) }, deadline: deadline)
            }
            note(change.rules)
            return ProfilesAnswer(inForce: change.rules, changed: change.isNew)
        }
    }

    /// The rules that each partition has, by number.
    private func rules(by deadline: Deadline) async throws(ServingError) -> [SurvivorshipRules] {
        var rules: [SurvivorshipRules] = []
        for host in try requireOpened().crew.hosts {
            rules.append(try await host.ask(by: deadline) { .success($0.rules) }.get())
        }
        note(RulesChange.rules(of: rules))
        return rules
    }
}
