import Testing

/// One place that breaks a house rule, and what to do about it.
struct Finding: Equatable, CustomStringConvertible {
    /// The file, from the repository's root.
    let path: String
    /// The line, from 1; 0 where it is the whole file.
    let line: Int
    /// What is wrong and what would be right.
    let message: String

    var description: String { "\(path):\(line): \(message)" }
}

/// Fails the running test with one line for each finding.
func expectNone(
    _ findings: [Finding], sourceLocation: SourceLocation = #_sourceLocation
) {
    let report = findings.map(\.description).joined(separator: "\n")
    #expect(findings.isEmpty, "\n\(report)", sourceLocation: sourceLocation)
}
