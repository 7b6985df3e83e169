internal import Answers
internal import ArgumentParser
internal import Foundation
internal import GraphCore
internal import NodeKeys
internal import NodeRuntime

/// `kindred digest`: is it the same graph?
struct DigestCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "digest",
        abstract: "The logical digest and the key's fingerprint.",
        discussion: """
            Equal for equal graphs under one key, whatever the order of their events and the \
            number of partitions. With --compare, exit status 1 if the other store's digest differs.
            """)

    @OptionGroup var data: DataOptions
    @OptionGroup var format: FormatOptions
    @Option(help: ArgumentHelp("Compare with the store in this folder.", valueName: "dir"))
    var compare: String?

    struct Answer: Encodable {
        let digest: String
        let keyFingerprint: String
        var equal: Bool?
        var otherDigest: String?

        private enum CodingKeys: String, CodingKey {
            case digest, equal
            case keyFingerprint = "key_fingerprint"
            case otherDigest = "other_digest"
        }
    }

    func run() throws {
        let (digest, fingerprint) = try Self.read(data.settings().storeRequest())
        var answer = Answer(digest: digest, keyFingerprint: fingerprint)
        if let compare {
            guard FileManager.default.fileExists(atPath: compare + "/store.json") else {
                throw CommandEnd.failed(
                    "\(compare) holds no store", remedy: "name a store's folder")
            }
            let (other, otherFingerprint) = try Self.read(StoreRequest(folder: compare))
            guard otherFingerprint == fingerprint else {
                throw CommandEnd.failed(
                    "the stores have different keys (\(fingerprint), \(otherFingerprint)), so "
                        + "their digests cannot be compared",
                    remedy: "replay into a new store with --key-file of the other's node-key")
            }
            answer.otherDigest = other
            answer.equal = other == digest
        }
        if format.json { Output.line(JSONText.encode(answer)) } else { Self.print(answer) }
        if answer.equal == false { throw CommandEnd.answerIsNo }
    }

    private static func read(_ request: StoreRequest) throws(CommandEnd) -> (String, String) {
        let store = try OpenStore(request)
        let digest = try store.failing { (group) throws(StoreFailure) in
            try group.requireRest()
            return group.digest.hexadecimal
        }
        try store.close()
        return (digest, store.folder.key.fingerprintText)
    }

    private static func print(_ answer: Answer) {
        Output.line("digest  \(answer.digest)")
        Output.line("key     \(answer.keyFingerprint)")
        guard let other = answer.otherDigest else { return }
        Output.line(answer.equal == true ? "equal" : "differs: \(other)")
    }
}
