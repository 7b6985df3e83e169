internal import Foundation

/// Files under Fixtures, from wherever the tests run.
package enum FixtureFiles {
    /// The repository's root: where Package.swift stands.
    package static let root = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().path

    /// Whether `KINDRED_REWRITE=1` asks for expected results to be written anew.
    package static let isRewriting = TestBudget.variable("KINDRED_REWRITE") == "1"

    /// The names of the files in a folder of Fixtures that end in ".txt", sorted.
    package static func names(in folder: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: "\(root)/Fixtures/\(folder)")
            .filter { $0.hasSuffix(".txt") }.sorted()
    }

    /// The text of a file in Fixtures; nil if there is none.
    package static func text(of path: String) -> String? { text(at: "\(root)/Fixtures/\(path)") }

    /// The text of the file at an absolute path; nil if there is none.
    package static func text(at path: String) -> String? {
        FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) }
    }

    /// Writes a file in Fixtures.
    package static func write(_ text: String, to path: String) throws {
        try Data(text.utf8).write(to: URL(filePath: "\(root)/Fixtures/\(path)"))
    }
}
