import Foundation
import TestSupport

/// A folder of its own for a test, removed with all that is in it when the test lets go.
final class CrashFolder {
    let path: String
    /// Variables of the programs that run to their end in it.
    var environment: [String: String] = [:]

    init() throws {
        let parent = FileManager.default.temporaryDirectory.path
        var template = Array((parent + "/kindred-crash-XXXXXX").utf8CString)
        guard mkdtemp(&template) != nil else { throw CrashSupportError("no temporary folder") }
        path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// The path of `name` in the folder.
    func callAsFunction(_ name: String) -> String { path + "/" + name }
}

/// Why a test could not be carried out.
struct CrashSupportError: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

/// The built program as a process that may be killed. What it prints goes to files, so that it
/// outlives the process and no reader falls behind.
final class CrashProcess {
    /// How a process ended.
    enum End: Equatable {
        case exited(Int32)
        case killed(Int32)
    }

    private let identifier: pid_t
    private let outputPath: String
    private let errorPath: String
    private var end: End?

    /// The program, which the build leaves beside the tests.
    static let program: String = {
        let tests = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
        let places = [tests ?? ""] + CommandLine.arguments
        let folders = places.map { ($0 as NSString).deletingLastPathComponent }
        let found = folders.map { $0 + "/kindred" }.first {
            FileManager.default.isExecutableFile(atPath: $0)
        }
        guard let found else { preconditionFailure("no kindred beside \(places)") }
        return found
    }()

    /// Starts the program in the folder `place`; `named` tells the files of its output in `folder`
    /// from others.
    init(
        _ arguments: [String], in folder: CrashFolder, at place: String? = nil,
        named name: String = "program", environment: [String: String] = [:]
    ) throws {
        outputPath = folder(name + ".out")
        errorPath = folder(name + ".err")
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        for (number, path) in [(STDOUT_FILENO, outputPath), (STDERR_FILENO, errorPath)] {
            posix_spawn_file_actions_addopen(
                &actions, number, path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, 0o600)
        }
        let inherited = ProcessInfo.processInfo.environment
            .merging(TestStore.onePartition) { $1 }.merging(environment) { $1 }
        let command = place.map { ["/usr/bin/env", "-C", $0, Self.program] } ?? [Self.program]
        let words = (command + arguments).map { strdup($0) } + [nil]
        let variables = inherited.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for text in words + variables { free(text) } }
        var identifier: pid_t = 0
        let code = ChildProcess.spawning.withLock {
            posix_spawn(&identifier, command[0], &actions, nil, words, variables)
        }
        guard code == 0 else { throw CrashSupportError("cannot start: \(code)") }
        self.identifier = identifier
    }

    deinit {
        if end == nil { kill() }
    }

    /// Whether it still runs.
    var isRunning: Bool {
        if end == nil { settle(WNOHANG) }
        return end == nil
    }

    /// SIGKILL, and its end.
    @discardableResult
    func kill() -> End {
        if end == nil { Glibc.kill(identifier, SIGKILL) }
        return wait()
    }

    /// Waits for its end.
    @discardableResult
    func wait() -> End {
        while end == nil { settle(0) }
        return end ?? .exited(-1)
    }

    private func settle(_ options: Int32) {
        var status: Int32 = 0
        let found = waitpid(identifier, &status, options)
        guard found == identifier else { return }
        let signal = status & 0x7F
        end = signal == 0 ? .exited(status >> 8 & 0xFF) : .killed(signal)
    }

    /// What it has printed so far.
    var output: String { Self.text(outputPath) }
    /// What it has said on standard error so far.
    var errors: String { Self.text(errorPath) }

    private static func text(_ path: String) -> String {
        String(decoding: FileManager.default.contents(atPath: path) ?? Data(), as: UTF8.self)
    }

    /// Whole lines that say how far a replay is, so far.
    var acknowledgements: [Int] {
        errors.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
            .compactMap(Self.acknowledged)
    }

    /// The count in a line such as "4096 events acknowledged, up to line …".
    static func acknowledged(_ line: some StringProtocol) -> Int? {
        guard line.contains(" events acknowledged, ") else { return nil }
        return Int(line.prefix { $0 != " " })
    }

    /// Waits until `condition` holds; false if the process ended first.
    func runs(until condition: () -> Bool) -> Bool {
        while !condition() {
            guard isRunning else { return false }
            usleep(200)
        }
        return true
    }
}

/// Runs the program to its end.
struct CrashAnswer {
    let status: Int32
    let output: String
    let errors: String

    /// - Throws: `CrashSupportError` where a signal ended it.
    init(_ arguments: [String], in folder: CrashFolder, at place: String? = nil) throws {
        let process = try CrashProcess(
            arguments, in: folder, at: place, named: "answer", environment: folder.environment)
        guard case .exited(let status) = process.wait() else {
            throw CrashSupportError("\(arguments) was ended by a signal: \(process.errors)")
        }
        self.status = status
        output = process.output
        errors = process.errors
    }

    /// The program's answer where it must succeed.
    static func expect(_ arguments: [String], in folder: CrashFolder) throws -> String {
        let answer = try CrashAnswer(arguments, in: folder)
        guard answer.status == 0 else {
            throw CrashSupportError("\(arguments) ended with \(answer.status): \(answer.errors)")
        }
        return answer.output
    }
}

/// What the program says of a store.
struct CrashStore {
    /// Where it is.
    let path: String
    let folder: CrashFolder

    /// What a store holds.
    struct Content: Equatable {
        /// Events folded, repeats included.
        let events: Int
        let digest: String
    }

    private struct Stats: Decodable { let events: Int }
    private struct DigestAnswer: Decodable { let digest: String }

    /// Opens the store, and opens it again.
    func content() throws -> Content {
        let (content, refusal) = try contentOrRefusal()
        guard let content else { throw CrashSupportError(refusal) }
        return content
    }

    /// What it holds, or what the program says when it refuses to open it.
    func contentOrRefusal() throws -> (content: Content?, refusal: String) {
        let stats = try CrashAnswer(["stats", "--json", "--data", path], in: folder)
        guard stats.status == 0 else {
            guard stats.status == 3, stats.errors.contains(path), stats.errors.contains("; ") else {
                throw CrashSupportError("no clear refusal: \(stats.status) \(stats.errors)")
            }
            return (nil, stats.errors)
        }
        let digest = try CrashAnswer.expect(["digest", "--json", "--data", path], in: folder)
        let decoder = JSONDecoder()
        let content = Content(
            events: try decoder.decode(Stats.self, from: Data(stats.output.utf8)).events,
            digest: try decoder.decode(DigestAnswer.self, from: Data(digest.utf8)).digest)
        return (content, "")
    }

    /// Every identifier with its customer.
    func export() throws -> String {
        try CrashAnswer.expect(["export", "--data", path], in: folder)
    }

    /// What `verify` prints; "" where it finds nothing.
    func faults() throws -> String {
        let answer = try CrashAnswer(["verify", "--data", path], in: folder)
        return answer.status == 0 ? "" : answer.output + answer.errors
    }

    /// A file of the store.
    func file(_ name: String) -> String { path + "/" + name }

    /// Whether a file of the store is there.
    func has(_ name: String) -> Bool { FileManager.default.fileExists(atPath: file(name)) }

    /// A copy as it lies there.
    func copy(to path: String) throws -> CrashStore {
        try? FileManager.default.removeItem(atPath: path)
        try FileManager.default.copyItem(atPath: self.path, toPath: path)
        return CrashStore(path: path, folder: folder)
    }

    func remove() { try? FileManager.default.removeItem(atPath: path) }
}

/// Sleeps for a random time below `milliseconds`.
func crashPause(below milliseconds: Double, _ random: inout SeededGenerator) {
    usleep(UInt32(max(1, Double(random.below(1_000)) * milliseconds)))
}
