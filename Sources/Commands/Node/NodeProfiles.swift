internal import Answers
internal import Foundation

extension NodeClient {
    /// Where a node tells its survivorship rules, and takes others.
    static let profilesPath = "/v1/profiles"

    /// Has the node put survivorship rules in force.
    ///
    /// - Parameter token: what `serving.json` says.
    /// - Throws: `CommandEnd` with what the node says is wrong.
    func put(profiles: ProfilesFile, _ token: String) throws(CommandEnd) -> ProfilesAnswer {
        let content = Content(body: profiles.text, method: .put, token: token)
        return try value(
            ProfilesAnswer.self, of: try ask(Self.profilesPath, sending: content))
    }
}
