internal import Foundation
internal import KafkaEngine

/// `node-name` in a data folder: the name that a node has among the others of its store, so that it
/// comes back to what it had when it starts again.
enum NodeNameFile {
    /// The name in a folder, made where there is none.
    ///
    /// - Throws: `CommandEnd` where the file cannot be read or written, or names no node.
    static func name(in folder: String) throws(CommandEnd) -> NodeID {
        let path = folder + "/node-name"
        if try SmallFiles.exists(path) {
            guard let data = SmallFiles.read(path), let text = String(bytes: data, encoding: .utf8),
                let name = NodeID(text.trimmingCharacters(in: .newlines))
            else {
                throw .failed(
                    "\(path) names no node",
                    remedy: "write the node's name into it, or give --node-name")
            }
            return name
        }
        let random = String(UInt64.random(in: 0...UInt64.max), radix: 16)
        guard let name = NodeID("node-\(random)") else { preconditionFailure("a name it is") }
        try SmallFiles.replace(path, with: Array((name.name + "\n").utf8), mode: 0o644)
        return name
    }
}
