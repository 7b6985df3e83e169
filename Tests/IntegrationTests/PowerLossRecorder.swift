import Foundation

/// The library that records what a process makes durable; built when tests run.
enum PowerLossRecorder {
    /// Builds it in `folder`; nil where there is no C compiler.
    static func build(in folder: CrashFolder) throws -> String? {
        let source = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "PowerLossRecorder.c").path
        let library = folder("recorder.so")
        for compiler in ["clang", "cc", "gcc"] {
            guard let program = find(compiler) else { continue }
            let process = Process()
            process.executableURL = URL(filePath: program)
            process.arguments = ["-O1", "-shared", "-fPIC", "-o", library, source, "-ldl"]
            try process.run()
            process.waitUntilExit()
            guard process.terminationStatus == 0 else {
                throw CrashSupportError("\(program) does not compile \(source)")
            }
            return library
        }
        print("no C compiler (clang, cc or gcc) is found: power loss is not tested")
        return nil
    }

    private static func find(_ name: String) -> String? {
        let folders = ProcessInfo.processInfo.environment["PATH"] ?? ""
        return folders.split(separator: ":").map { "\($0)/\(name)" }
            .first { FileManager.default.isExecutableFile(atPath: $0) }
    }
}
