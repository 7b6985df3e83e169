internal import Answers
internal import Foundation

extension NodeClient {
    /// How long a node may take for a backup without saying anything: a day, in seconds.
    private static let backupSeconds = 86_400.0

    private struct BackupRequest: Encodable {
        let destination: String
        let keep: Int?
    }

    /// Has the node back its store up into a folder of this machine.
    ///
    /// - Parameter token: what `serving.json` says.
    /// - Throws: `CommandEnd` with what the node says is wrong.
    func backup(
        to destination: String, keep: Int?, _ token: String
    ) throws(CommandEnd) -> BackupAnswer {
        // The node's working folder may be another.
        let path = URL(fileURLWithPath: destination).path
        let body = JSONText.data(BackupRequest(destination: path, keep: keep))
        let content = Content(body: body, token: token, timeoutSeconds: Self.backupSeconds)
        return try value(BackupAnswer.self, of: try ask("/v1/backup", sending: content))
    }
}
