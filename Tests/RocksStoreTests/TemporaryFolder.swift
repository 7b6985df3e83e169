import Glibc

/// A folder of its own for a test, removed with all that is in it when the test lets go.
final class TemporaryFolder {
    let path: String

    init() {
        var template = Array("/tmp/kindred-store-XXXXXX".utf8CString)
        precondition(mkdtemp(&template) != nil, "no temporary folder: \(errno)")
        path = String(
            decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit { TemporaryFolder.remove(path) }

    func path(_ name: String) -> String { path + "/" + name }

    static func remove(_ path: String) {
        for name in names(in: path) {
            let inner = path + "/" + name
            if unlink(inner) != 0 { remove(inner) }
        }
        rmdir(path)
    }

    static func names(in path: String) -> [String] {
        guard let folder = opendir(path) else { return [] }
        defer { closedir(folder) }
        var names = [String]()
        while let entry = readdir(folder) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != "." && name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    /// Copies the files of one folder into another, which is made.
    static func copy(_ from: String, to: String) {
        mkdir(to, 0o700)
        for name in names(in: from) {
            Bytes.write(Bytes.read(from + "/" + name), to: to + "/" + name)
        }
    }
}

/// Whole files as bytes.
enum Bytes {
    static func read(_ path: String) -> [UInt8] {
        let file = open(path, O_RDONLY)
        precondition(file >= 0, "cannot read \(path): \(errno)")
        defer { close(file) }
        var bytes = [UInt8](repeating: 0, count: Int(lseek(file, 0, SEEK_END)))
        let count = pread(file, &bytes, bytes.count, 0)
        precondition(count == bytes.count)
        return bytes
    }

    static func write(_ bytes: some Collection<UInt8>, to path: String) {
        let file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        precondition(file >= 0, "cannot write \(path): \(errno)")
        defer { close(file) }
        let bytes = Array(bytes)
        precondition(Glibc.write(file, bytes, bytes.count) == bytes.count)
    }
}

/// A small seeded generator, so that a failure comes again.
struct SplitMix64: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }

    mutating func bytes(_ count: Int) -> [UInt8] {
        (0..<count).map { _ in UInt8(truncatingIfNeeded: next()) }
    }
}

/// The bytes of a text.
func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }
