import Foundation
import TestSupport
import Testing

/// docs/profiles.schema.json and the program accept the same files. What a schema cannot say is in
/// files of its own, which the program alone refuses.
///
/// Needs Debian's python3-jsonschema and python3-yaml; CI must have them.
@Suite("Profiles: the schema", .enabled(if: SchemaJudge.isThere, SchemaJudge.need))
struct ProfilesSchemaTests {
    private static let folder = FixtureFiles.root + "/Fixtures/Rules"

    /// The fixtures whose names begin so, sorted.
    private static func fixtures(_ kind: String) throws -> [String] {
        let names = try FileManager.default.contentsOfDirectory(atPath: folder)
            .filter { $0.hasPrefix(kind + "-") && $0.hasSuffix(".yaml") }.sorted()
        try #require(names.count > 3, "\(folder) has files \(kind)-*.yaml")
        return names
    }

    /// What a fixture's first line says of it: the line that is wrong ("" where none is to be
    /// named), and how the message begins.
    private static func claim(_ name: String) throws -> (line: Substring, message: Substring) {
        let text = try #require(FixtureFiles.text(of: "Rules/" + name))
        let match = try #require(text.firstMatch(of: /^# ([0-9]*): (.+)\n/), "\(name)")
        return (match.1, match.2)
    }

    @Test func shouldAcceptTheSameFixtures() throws {
        let test = try TestStore()
        let (good, bad) = (try Self.fixtures("good"), try Self.fixtures("bad"))
        let beyond = try Self.fixtures("beyond")
        let judged = try SchemaJudge.judge((good + bad + beyond).map { Self.folder + "/" + $0 })
        for name in good + beyond { #expect(judged[Self.folder + "/" + name] == true, "\(name)") }
        for name in bad { #expect(judged[Self.folder + "/" + name] == false, "\(name)") }
        for name in good {
            let done = try test.run("profiles", "validate", Self.folder + "/" + name)
            #expect(done.status == 0 && done.errors.isEmpty, "\(done.errors)")
        }
        for name in bad + beyond {
            let done = try test.run("profiles", "validate", Self.folder + "/" + name)
            #expect(done.status == 3 && done.output.isEmpty, "\(name)")
            let claim = try Self.claim(name)
            let place = Self.folder + "/" + name + (claim.line.isEmpty ? "" : ":" + claim.line)
            #expect(done.errors.hasPrefix("kindred: \(place): \(claim.message)"), "\(done.errors)")
            #expect(done.errors.hasSuffix("; correct the file\n"), "\(done.errors)")
            #expect(done.errors.split(separator: "\n").count == 1)
        }
        #expect(!test.exists(test.data), "no store is asked")
    }

    /// Both sides of each limit, and each rule with each option.
    @Test func shouldAgreeAtEveryEdge() throws {
        let test = try TestStore()
        let cases = Self.edges + Self.combinations
        var paths: [String] = []
        for (number, one) in cases.enumerated() {
            paths.append(try test.write("\(number).yaml", "attributes:\n" + one.text))
        }
        let judged = try SchemaJudge.judge(paths)
        for (path, one) in zip(paths, cases) {
            let done = try test.run("profiles", "validate", path)
            #expect(done.status == (one.isGood ? 0 : 3), "\(one.text) \(done.errors)")
            #expect(judged[path] == one.isGood, "\(one.text)")
        }
    }

    /// The list of rules of a file, and whether it is right.
    private typealias Edge = (text: String, isGood: Bool)

    private static func line(_ members: String, _ isGood: Bool) -> Edge {
        ("  - {name: a, \(members)}\n", isGood)
    }

    private static var edges: [Edge] {
        var edges: [Edge] = []
        for (count, isGood) in [(1, true), (64, true), (65, false)] {
            let name = String(repeating: "n", count: count)
            edges.append(("  - {name: \(name), rule: last}\n", isGood))
            edges.append(line("from: \(name), rule: last", isGood))
            let sources = (0..<count).map { "s\($0)" }.joined(separator: ", ")
            edges.append(line("rule: last, set_once: [\(sources)]", isGood))
            edges.append(line("rule: most-trusted, sources: [\(sources)]", isGood))
        }
        for (count, isGood) in [(80, true), (81, false), (128, false), (129, false)] {
            let rules = (0..<count).map { "  - {name: n\($0), rule: first}\n" }
            edges.append((rules.joined(), isGood))
        }
        for (count, isGood) in [(256, true), (257, false)] {
            let source = String(repeating: "s", count: count)
            edges.append(line("rule: last, set_once: [\(source)]", isGood))
        }
        for (cap, isGood) in [
            ("1", true), ("64", true), ("0", false), ("65", false), ("-1", false),
            ("9223372036854775808", false), ("1e1", false), ("'20'", false),
        ] {
            edges.append(line("rule: set, cap: \(cap)", isGood))
        }
        let windows =
            "1d 400d 1h 9600h 9599h 1m 576000m 575999m 569999m 1s 34560000s 34559999s 34499999s "
            + "9999999s '30d'"
        let none =
            "401d 499d 1000d 9601h 10000h 576001m 580000m 600000m 34560001s 34600000s 35000000s "
            + "40000000s 100000000s 0s 01d 1.5d -1d d 30 30D 1w 1ms 1d1h ''"
        for (list, isGood) in [(windows, true), (none, false)] {
            for window in list.split(separator: " ") {
                edges.append(line("rule: count, window: \(window)", isGood))
            }
        }
        return edges
    }

    /// Each rule with what it needs, and with each option beside.
    private static var combinations: [Edge] {
        let needs = [
            "most-trusted": "sources", "count": "window", "sum": "window",
            "most-frequent": "window",
        ]
        let options = ["set_once": "[crm]", "sources": "[crm]", "cap": "3", "window": "3h"]
        let fitting = ["last": "set_once", "set": "cap"].merging(needs) { $1 }
        let rules = [
            "last", "first", "set-once", "max", "min", "set", "most-trusted", "most-frequent",
            "count", "sum",
        ]
        return rules.flatMap { rule in
            var cases = [line("rule: \(rule)", needs[rule] == nil)]
            for (option, value) in options.sorted(by: { $0.key < $1.key }) {
                let text = "rule: \(rule), \(option): \(value)"
                cases.append(line(text, fitting[rule] == option))
            }
            let needed = needs[rule].map { ", \($0): \(options[$0] ?? "")" } ?? ""
            for type in ["string", "number", "boolean", "time", "date"] {
                let isGood = type != "date" && (rule != "sum" || type == "number")
                cases.append(line("rule: \(rule)\(needed), type: \(type)", isGood))
            }
            return cases
        }
    }
}

/// What a JSON Schema says of files, by Python's jsonschema.
private enum SchemaJudge {
    private static let script = FixtureFiles.root + "/Tests/Schema/judge"
    private static let schema = FixtureFiles.root + "/docs/profiles.schema.json"

    /// What is missing where the suite is skipped.
    static let need: Comment = "apt-get install python3-jsonschema python3-yaml"

    /// Whether files can be judged. CI must be able to: there it is not skipped, and fails.
    static let isThere: Bool = {
        guard TestBudget.variable("CI") == nil else { return true }
        return (try? TestStore().shell("python3 -c 'import jsonschema, yaml'"))?.status == 0
    }()

    /// By path, whether the schema accepts the file.
    static func judge(_ paths: [String]) throws -> [String: Bool] {
        let words = ([script, schema] + paths).map { "'\($0)'" }.joined(separator: " ")
        let done = try TestStore().shell("python3 \(words)")
        try #require(done.status == 0, "\(done.errors)")
        var judged: [String: Bool] = [:]
        for (line, path) in zip(done.lines, paths) {
            judged[path] = line == "yes \(path)"
            try #require(line == "yes \(path)" || line.hasPrefix("no \(path): "), "\(line)")
        }
        return judged
    }
}
