import Foundation
import Glibc
import TestSupport

/// A folder of its own for a test, in memory where the machine has such a place; removed with all
/// that is in it when the test lets go.
final class BackupScratch: Sendable {
    let path: String

    init(inMemory: Bool = true) throws {
        let shared = "/dev/shm"
        let parent =
            inMemory && access(shared, W_OK) == 0
            ? shared : FileManager.default.temporaryDirectory.path
        var template = Array((parent + "/kindred-backup-XXXXXX").utf8CString)
        guard mkdtemp(&template) != nil else { throw BackupTestError("no temporary folder") }
        path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// The path of `name` in the folder.
    func callAsFunction(_ name: String) -> String { path + "/" + name }
}

/// Why a test could not be carried out.
struct BackupTestError: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

/// One run of the built program.
struct BackupProgram {
    /// The status that it ended with; 128 and the signal's number where one killed it.
    let status: Int32
    let output: String
    let errors: String

    private static let path: String = {
        let tests = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
        let folders = ([tests ?? ""] + CommandLine.arguments).map {
            ($0 as NSString).deletingLastPathComponent
        }
        let found = folders.map { $0 + "/kindred" }.first {
            FileManager.default.isExecutableFile(atPath: $0)
        }
        guard let found else { preconditionFailure("no kindred beside \(folders)") }
        return found
    }()

    /// Runs the program to its end, or kills it after so many seconds; what it prints goes to the
    /// file `output`, if one is given.
    static func run(
        _ arguments: [String], killedAfter seconds: Double? = nil,
        environment: [String: String] = [:], output: String? = nil
    ) throws -> BackupProgram {
        let process = Process()
        process.executableURL = URL(filePath: path)
        process.arguments = arguments
        process.standardInput = FileHandle.nullDevice
        process.environment = ProcessInfo.processInfo.environment
            .merging(TestStore.onePartition) { $1 }.merging(environment) { $1 }
        let folder = try BackupScratch()
        for name in ["out", "err"] { try Data().write(to: URL(filePath: folder(name))) }
        process.standardOutput = FileHandle(forWritingAtPath: output ?? folder("out"))
        process.standardError = FileHandle(forWritingAtPath: folder("err"))
        try process.run()
        if let seconds {
            usleep(UInt32(seconds * 1_000_000))
            kill(process.processIdentifier, SIGKILL)
        }
        process.waitUntilExit()
        let isKilled = process.terminationReason == .uncaughtSignal
        return BackupProgram(
            status: process.terminationStatus + (isKilled ? 128 : 0),
            output: try String(contentsOfFile: folder("out"), encoding: .utf8),
            errors: try String(contentsOfFile: folder("err"), encoding: .utf8))
    }

    /// The object that the program printed.
    func object() throws -> [String: Any] {
        guard
            let object = try JSONSerialization.jsonObject(with: Data(output.utf8)) as? [String: Any]
        else { throw BackupTestError("no object: \(output) \(errors)") }
        return object
    }
}

/// Whole folders as bytes in memory: what a test damages again and again.
struct BackupFolderImage {
    /// The regular files by their paths in the folder, in the order of those.
    let files: [(name: String, bytes: [UInt8])]
    private let folders: [String]

    init(of path: String) throws {
        var files: [(name: String, bytes: [UInt8])] = []
        var folders: [String] = []
        for name in try FileManager.default.subpathsOfDirectory(atPath: path).sorted() {
            var isFolder: ObjCBool = false
            let exists = FileManager.default.fileExists(
                atPath: path + "/" + name, isDirectory: &isFolder)
            if exists, isFolder.boolValue {
                folders.append(name)
            } else {
                let bytes = FileManager.default.contents(atPath: path + "/" + name) ?? Data()
                files.append((name, Array(bytes)))
            }
        }
        self.files = files
        self.folders = folders
    }

    var byteCount: Int { files.reduce(0) { $0 + $1.bytes.count } }

    /// Writes the folder anew at `path`, with other bytes for the file `changed`.
    func write(to path: String, changed: Int? = nil, bytes: [UInt8] = []) throws {
        try? FileManager.default.removeItem(atPath: path)
        mkdir(path, 0o700)
        for folder in folders { mkdir(path + "/" + folder, 0o700) }
        for (index, file) in files.enumerated() {
            let content = index == changed ? bytes : file.bytes
            let descriptor = open(path + "/" + file.name, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
            guard descriptor >= 0, Glibc.write(descriptor, content, content.count) == content.count
            else { throw BackupTestError("cannot write \(path)/\(file.name)") }
            close(descriptor)
        }
    }
}
