internal import Foundation
internal import KafkaLog

/// A file of settings for Kafka clients: lines of `key=value`, as the tools that come with Kafka
/// read them, of which only those that `KafkaSecurity.options` lists may be given.
struct KafkaClientFile {
    /// What it sets.
    let security: KafkaSecurity

    /// The most bytes of the file.
    private static let maximumBytes = 1 << 16

    /// Reads the file.
    ///
    /// - Throws: `CommandEnd` that names the file, and the line where one is wrong.
    init(_ path: String) throws(CommandEnd) {
        guard let data = SmallFiles.read(path) else {
            throw .failed(
                "cannot read \(path)", remedy: "name a readable file (--kafka-config)")
        }
        guard data.count <= Self.maximumBytes, let text = String(bytes: data, encoding: .utf8)
        else {
            throw .failed(
                "\(path) is no text of at most \(Self.maximumBytes) bytes",
                remedy: "give lines of key=value (--kafka-config)")
        }
        var given: [(key: String, value: String)] = []
        for (place, line) in text.split(separator: "\n", omittingEmptySubsequences: false)
            .enumerated()
        {
            let line = line.trimmingCharacters(in: .whitespaces)
            guard !line.isEmpty, !line.hasPrefix("#") else { continue }
            guard let equals = line.firstIndex(of: "=") else {
                throw .failed(
                    "\(path), line \(place + 1), is no setting", remedy: "write key=value")
            }
            given.append(
                (
                    line[..<equals].trimmingCharacters(in: .whitespaces),
                    line[line.index(after: equals)...].trimmingCharacters(in: .whitespaces)
                ))
        }
        do throws(KafkaError) {
            security = try KafkaSecurity(given)
        } catch {
            throw .failed("\(path): \(error.reason)", remedy: error.remedy)
        }
    }
}
