import Foundation

/// A text file of the repository, by its path from the root.
struct RepositoryFile: Sendable {
    /// The path from the repository's root, with `/` between its parts.
    let path: String
    /// The whole text.
    let text: String

    /// The text's lines, without their ends.
    var lines: [Substring] { text.split(separator: "\n", omittingEmptySubsequences: false) }
}

/// The repository that this file stands in, read once.
///
/// Only what the top level is meant to hold is read: build folders and stores that a developer
/// keeps beside it do not count.
struct Repository: Sendable {
    /// The folder that holds Package.swift.
    let root: URL
    /// Every text file, sorted by path.
    let files: [RepositoryFile]
    /// The Swift files under Sources and Tests, split into tokens.
    let swiftTexts: [SwiftText]

    /// The repository of this very source file.
    static let current = Repository(
        root: URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent())

    private static let topLevel = [
        ".ci", ".swift-format", "ARCHITECTURE.md", "CHANGELOG.md", "CONTRIBUTING.md", "Deploy",
        "Fixtures", "Makefile", "Package.swift", "README.md", "Sources", "Tests", "docs",
    ]
    private static let textExtensions: Set<String> = [
        "c", "h", "md", "modulemap", "py", "sh", "swift", "txt", "yaml", "yml",
    ]
    private static let textNames: Set<String> = [".swift-format", "Makefile", "run"]

    /// Reads the repository at `root`.
    init(root: URL) {
        self.root = root
        var files: [RepositoryFile] = []
        for name in Self.topLevel { Self.collect(name, under: root, into: &files) }
        self.files = files.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
        swiftTexts = self.files.filter {
            $0.path.hasSuffix(".swift")
                && ($0.path.hasPrefix("Sources/") || $0.path.hasPrefix("Tests/"))
        }.map { SwiftText(path: $0.path, text: $0.text) }
    }

    /// The names of the folders directly in Sources.
    var targetFolders: [String] {
        let sources = root.appending(path: "Sources").path
        let names = (try? FileManager.default.contentsOfDirectory(atPath: sources)) ?? []
        return names.filter { !$0.hasPrefix(".") }.sorted()
    }

    /// Whether a file or folder stands at `path` from the root.
    func exists(_ path: String) -> Bool {
        FileManager.default.fileExists(atPath: root.appending(path: path).path)
    }

    private static func collect(_ path: String, under root: URL, into files: inout [RepositoryFile])
    {
        let place = root.appending(path: path)
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: place.path, isDirectory: &isFolder) else {
            return
        }
        if isFolder.boolValue {
            let names = (try? FileManager.default.contentsOfDirectory(atPath: place.path)) ?? []
            for name in names where !name.hasPrefix(".") {
                collect("\(path)/\(name)", under: root, into: &files)
            }
        } else if isText(place), let bytes = try? Data(contentsOf: place) {
            files.append(RepositoryFile(path: path, text: String(decoding: bytes, as: UTF8.self)))
        }
    }

    private static func isText(_ place: URL) -> Bool {
        textExtensions.contains(place.pathExtension)
            || textNames.contains(place.lastPathComponent)
    }
}
