internal import Answers
internal import Foundation

/// `serving.json` in a data folder: where the node that holds the folder answers. For its owner
/// alone (mode 0600): whoever has the token may have the node write files.
///
/// One that a killed node has left behind misleads nobody: it counts only while the process that
/// it names holds the folder's lock.
struct ServingFile: Codable, Equatable {
    /// The node's process.
    let pid: Int32
    /// Where it listens, such as `http://127.0.0.1:7411`.
    let url: String
    /// What `POST /v1/backup` asks for: 32 hexadecimal digits, made anew by each node.
    let token: String
    /// The node's release.
    let version: String

    private static func path(_ folder: String) -> String { folder + "/serving.json" }

    /// Reads the folder's; nil where there is none that can be read.
    static func read(_ folder: String) -> ServingFile? {
        SmallFiles.read(path(folder)).flatMap { JSONText.decode(ServingFile.self, from: $0) }
    }

    /// The folder's, if it was written by the process that holds the folder's lock.
    static func node(in folder: String, heldBy holder: pid_t) -> ServingFile? {
        read(folder).flatMap { $0.pid == holder ? $0 : nil }
    }

    /// Puts it in the folder, in one step.
    func write(in folder: String) throws(CommandEnd) {
        let text = JSONText.encode(self) + "\n"
        try SmallFiles.replace(Self.path(folder), with: Array(text.utf8), mode: 0o600)
    }

    /// Removes it from the folder: for the node, while it still holds the lock.
    static func remove(from folder: String) { unlink(path(folder)) }

    /// Says on standard error who is asked in the folder's place. The node is on this machine, so
    /// no proxy that the environment names is asked for the way.
    func announce(asking address: NodeAddress, of folder: String) {
        setenv("no_proxy", "*", 1)
        Diagnostics.line(
            Escaping.controls(
                "kindred: \(folder) is held by a running node; asking \(address.text)"))
    }
}
