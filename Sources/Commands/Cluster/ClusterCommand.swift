internal import Answers
internal import ArgumentParser

/// `kindred cluster`: the nodes of a store, and which partitions they have.
struct ClusterCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cluster",
        abstract: "The nodes of a store, their partitions and roles, and how far these are behind.",
        discussion: """
            A node answers, that of the folder or at --server. Exit status 1 where a partition has \
            no owner that lives.
            """)

    @OptionGroup var source: SourceOptions
    @OptionGroup var format: FormatOptions

    func run() throws {
        guard case .node(let node) = try source.find() else {
            throw CommandEnd.failed(
                "no node holds the folder", remedy: "start one ('kindred serve'), or name --server")
        }
        let answer = try node.value(ClusterAnswer.self, of: try node.ask("/v1/cluster"))
        if format.json {
            Output.line(JSONText.encode(answer))
        } else {
            Self.lines(of: answer).forEach { Output.line($0) }
        }
        guard Self.isOwned(answer) else { throw CommandEnd.answerIsNo }
    }

    private static func isOwned(_ answer: ClusterAnswer) -> Bool {
        answer.partitions.allSatisfy { placed in
            answer.nodes.contains { node in
                node.isAlive
                    && node.partitions.contains {
                        $0.partition == placed.partition && $0.role == "owner"
                    }
            }
        }
    }

    private static func lines(of answer: ClusterAnswer) -> [String] {
        var lines: [String] = []
        if let version = answer.logicVersion { lines.append("version \(version) of the logic") }
        for node in answer.nodes {
            var text =
                "\(Escaping.terminal(node.name.utf8))  \(Escaping.terminal(node.address.utf8))"
            if !node.isAlive { text += "  dead for \(node.silenceMilliseconds / 1_000) s" }
            if node.isLeaving { text += "  leaving" }
            if node.name == answer.coordinator { text += "  coordinator" }
            if let logic = node.logic { text += "  " + Self.text(logic) }
            lines.append(text)
            for role in ["owner", "standby", "opening", "failed"] {
                let parts = node.partitions.filter { $0.role == role }
                guard !parts.isEmpty else { continue }
                lines.append("  \(role): " + parts.map(Self.text).joined(separator: ", "))
            }
            for part in node.partitions {
                if let missing = part.missing {
                    lines.append(
                        "  partition \(part.partition) misses delivery \(missing.number) of "
                            + "partition \(missing.sender), and takes nothing that follows it: see "
                            + "docs/kafka.md")
                }
                guard let fault = part.fault else { continue }
                let reason = Escaping.terminal(fault.reason.utf8)
                lines.append(
                    "  partition \(part.partition) stands before record \(fault.offset): \(reason)")
                guard fault.mayPass else { continue }
                lines.append(
                    "    have it passed over: kindred kafka skip --partition \(part.partition) "
                        + "--offset \(fault.offset) --reason \"…\" --brokers … --prefix …")
            }
        }
        for skip in answer.skipped ?? [] {
            let reason = Escaping.terminal(skip.reason.utf8)
            lines.append(
                "passed over: record \(skip.offset) of partition \(skip.partition): \(reason)")
        }
        return lines
    }

    private static func text(_ logic: ClusterAnswer.Logic) -> String {
        var text = "knows \(logic.least)"
        if logic.greatest > logic.least { text += " to \(logic.greatest)" }
        if let limit = logic.limit { text += ", allows \(limit)" }
        return text
    }

    private static func text(_ part: ClusterAnswer.Replica) -> String {
        let lag = part.lag.map { $0 == 0 ? "" : " (\($0) behind)" } ?? ""
        return "\(part.partition)\(lag)"
    }
}
