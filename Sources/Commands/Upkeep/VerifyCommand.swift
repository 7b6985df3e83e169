internal import Answers
internal import ArgumentParser
internal import IdentityModel
internal import NodeKeys
internal import NodeRuntime

/// `kindred verify`: is what the store holds what its evidence says?
struct VerifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Check the whole store against its own evidence.",
        discussion: """
            Recomputes customers, anchors, directory, counters and digests from the evidence. Exit \
            status 1 and a list where it finds a fault.
            """)

    @OptionGroup var data: DataOptions
    @OptionGroup var format: FormatOptions

    struct Finding: Encodable {
        let code: String
        let subject: String
        let message: String
    }

    struct Answer: Encodable {
        let ok: Bool
        let faults: Int
        let findings: [Finding]
        let identifiers: UInt64
        let customers: UInt64
        let pairs: UInt64
        let links: UInt64
    }

    func run() throws {
        let request = try data.settings().storeRequest()
        let store = try StoreForVerify(request)
        let verifier = StoreVerifier(
            namespaces: store.table,
            keyOf: { store.hasher.hash($0) })
        let report: VerifyReport
        do throws(StoreFailure) {
            report = try verifier.verify(store.states)
        } catch {
            throw CommandEnd(error, folder: request.folder)
        }
        var findings = report.findings.map {
            Finding(code: $0.code.rawValue, subject: $0.subject, message: $0.message)
        }
        if let failure = store.tailFailure {
            findings.insert(
                Finding(code: "log_unfoldable", subject: "log", message: failure.reason), at: 0)
        }
        let answer = Answer(
            ok: findings.isEmpty && report.isClean,
            faults: report.findingCount + (store.tailFailure == nil ? 0 : 1), findings: findings,
            identifiers: report.identifiers, customers: report.customers, pairs: report.pairs,
            links: report.liveLinks)
        if format.json { Output.line(JSONText.encode(answer)) } else { Self.print(answer) }
        if !answer.ok { throw CommandEnd.answerIsNo }
    }

    private static func print(_ answer: Answer) {
        for finding in answer.findings {
            Output.line("\(finding.code)  \(finding.subject)  \(finding.message)")
        }
        let rest = answer.faults - answer.findings.count
        if rest > 0 { Output.line("and \(rest) more") }
        let counted =
            "\(answer.identifiers) identifiers, \(answer.customers) customers, "
            + "\(answer.links) live links of \(answer.pairs) pairs"
        Output.line(
            answer.ok ? "no fault: \(counted)" : "\(answer.faults) faults in \(counted)")
        if !answer.ok { Output.line(Remedy.bringBack) }
    }
}
