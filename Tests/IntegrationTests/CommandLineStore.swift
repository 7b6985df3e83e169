import Foundation
import Testing

/// The built program, and a store of its own in a temporary folder that goes with this value.
final class TestStore {
    /// The folder that everything of the test lies in.
    let folder: String
    /// The store's data folder; the program is told by KINDRED_DATA.
    var data: String { folder + "/data" }

    /// The folder that the test's own program lies in, and the built `kindred` beside it.
    static let programs: String = {
        let test = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        return ((test ?? "") as NSString).deletingLastPathComponent
    }()
    /// The built program.
    static let program = programs + "/kindred"
    /// The root of the repository.
    static let repository: String = {
        var path = #filePath as NSString
        for _ in 0..<3 { path = path.deletingLastPathComponent as NSString }
        return path as String
    }()
    /// Whether the long form of the tests is asked for.
    static let isNightly = ProcessInfo.processInfo.environment["KINDRED_NIGHTLY"] == "1"

    /// How many partitions a store has that the program makes unless a test tells it another
    /// number: the same on every machine.
    private let partitions: Int

    /// What has the program make stores of one partition.
    static let onePartition = ["KINDRED_PARTITIONS": "1"]

    /// - Parameter partitions: of stores that are made; 0 for the program's own default.
    init(partitions: Int = PartitionCounts.present) throws {
        self.partitions = partitions
        var template = Array((NSTemporaryDirectory() + "/kindred-test-XXXXXX").utf8CString)
        try #require(mkdtemp(&template) != nil)
        folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        try #require(
            FileManager.default.isExecutableFile(atPath: Self.program),
            "\(Self.program) is not there: build the package first")
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    /// What the program finds in its environment.
    var environment: [String: String] {
        [
            "PATH": "\(Self.programs):/usr/bin:/bin", "KINDRED_DATA": data, "TMPDIR": folder,
            "KINDRED_PARTITIONS": partitions == 0 ? "" : "\(partitions)",
        ]
    }

    // MARK: Running

    /// Starts `kindred` with words, in the test's folder.
    func start(_ words: [String], environment more: [String: String] = [:]) throws -> ChildProcess {
        try ChildProcess(
            [Self.program] + words, environment: environment.merging(more) { $1 }, folder: folder)
    }

    /// Runs `kindred` to its end.
    @discardableResult
    func run(
        _ words: String..., input: String = "", environment: [String: String] = [:]
    ) throws -> Finished {
        try run(words, input: Array(input.utf8), environment: environment)
    }

    /// Runs `kindred` to its end.
    @discardableResult
    func run(
        _ words: [String], input: [UInt8] = [], environment: [String: String] = [:]
    ) throws -> Finished {
        let child = try start(words, environment: environment)
        _ = child.write(input)
        return try child.finish()
    }

    /// Runs a line of shell in the test's folder; `kindred` is found.
    @discardableResult
    func shell(_ line: String) throws -> Finished {
        try ChildProcess(
            ["/bin/bash", "-c", line], environment: environment, folder: folder
        ).finish()
    }

    /// Runs `kindred`, which must end with 0, and gives its answer in JSON.
    @discardableResult
    func json(_ words: String..., input: String = "") throws -> JSONValue {
        let finished = try run(words + ["--json"], input: Array(input.utf8))
        try #require(finished.status == 0, "\(words): \(finished.errors)")
        return try finished.json
    }

    // MARK: Asking

    /// The logical digest of the store, or of another data folder.
    func digest(of data: String? = nil) throws -> String {
        let words = data.map { ["--data", $0] } ?? []
        let finished = try run(["digest", "--json"] + words)
        try #require(finished.status == 0, "\(finished.errors)")
        return try finished.json["digest"].string
    }

    /// The customer of an identifier; nil where it is not found.
    func customer(of id: String) throws -> String? {
        let finished = try run("resolve", id, "--json")
        return finished.status == 0 ? try finished.json["customer_id"].string : nil
    }

    // MARK: Files

    /// Writes a file in the test's folder and gives its path.
    @discardableResult
    func write(_ name: String, _ text: String) throws -> String {
        try write(name, Array(text.utf8))
    }

    /// Writes a file in the test's folder and gives its path.
    @discardableResult
    func write(_ name: String, _ bytes: [UInt8]) throws -> String {
        let path = folder + "/" + name
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        return path
    }

    /// A file's bytes.
    func read(_ path: String) throws -> [UInt8] {
        Array(try Data(contentsOf: URL(fileURLWithPath: path)))
    }

    /// Whether there is something at a path.
    func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }

    /// The permissions of a file.
    func mode(_ path: String) throws -> Int {
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        return try #require(attributes[.posixPermissions] as? Int)
    }
}
