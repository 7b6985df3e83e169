import Foundation
import HTTPAPI
import Logging
import Testing

/// docs/openapi.yaml tells of this node: its routes, their parameters, the words of problems.
@Suite("OpenAPI")
struct OpenAPITests {
    private let lines: [String]

    init() throws {
        var root = URL(fileURLWithPath: #filePath)
        for _ in 0..<3 { root.deleteLastPathComponent() }
        let file = root.appendingPathComponent("docs/openapi.yaml")
        lines = try String(contentsOf: file, encoding: .utf8).components(separatedBy: "\n")
    }

    /// The lines of a top-level section.
    private func section(_ name: String) -> ArraySlice<String> {
        guard let start = lines.firstIndex(of: name + ":") else { return [] }
        let rest = lines[(start + 1)...]
        let end = rest.firstIndex { !$0.isEmpty && !$0.hasPrefix(" ") } ?? rest.endIndex
        return rest[..<end]
    }

    @Test func shouldListExactlyTheRoutes() throws {
        let server = NodeServer(
            try FakeGate(), on: NodeServer.Address(host: "127.0.0.1", port: 0), token: "",
            logger: LogCapture.quiet
        ) { _ in }
        var found: [String] = []
        var path = ""
        for line in section("paths") {
            if line.hasPrefix("  /") {
                path = String(line.dropFirst(2).dropLast())
            } else if let method = ["get", "post", "put"].first(where: { line == "    \($0):" }) {
                found.append(method.uppercased() + " " + path)
            }
        }
        #expect(found.count > 15)
        #expect(found.sorted() == server.routes.sorted())
    }

    @Test func shouldReferToWhatIsThere() {
        let references = lines.flatMap { line in
            line.components(separatedBy: "$ref: '#/components/").dropFirst().compactMap {
                $0.components(separatedBy: "'").first
            }
        }
        var defined: Set<String> = []
        var group = ""
        for line in section("components") where line.hasSuffix(":") {
            let name = line.trimmingCharacters(in: CharacterSet(charactersIn: " :"))
            if line.hasPrefix("  "), !line.hasPrefix("   ") { group = name }
            if line.hasPrefix("    "), !line.hasPrefix("     ") {
                defined.insert(group + "/" + name)
            }
        }
        #expect(references.count > 50)
        #expect(Set(references).subtracting(defined).isEmpty)
    }

    @Test func shouldNameEveryWordOfAProblem() {
        let text = lines.joined(separator: " ")
        let words = NodeServer.problemWords
        #expect(words.count > 20)
        for word in words {
            #expect(text.contains(" \(word),") || text.contains(" \(word);"), "\(word)")
        }
    }
}
