internal import Answers

/// A profile for people: a line for each value, with where it came from.
enum ProfileLines {
    /// The lines; none where there is no profile.
    static func lines(
        _ profile: [String: ProfileValue]?, _ provenance: [String: Provenance]?
    ) -> [String] {
        guard let profile, !profile.isEmpty else { return [] }
        let names = profile.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        return ["  profile"]
            + names.map { name in
                let value = Escaping.terminal((profile[name]?.text ?? "").utf8)
                let origin =
                    provenance?[name].map { "  | " + Escaping.terminal($0.text.utf8) } ?? ""
                return "    \(Escaping.terminal(name.utf8))  \(value)\(origin)"
            }
    }
}
