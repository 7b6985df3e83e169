internal import ArgumentParser
internal import GraphCore
internal import IdentityModel
internal import NodeKeys
internal import NodeRuntime
internal import WireFormat

/// A word on the command line that names an identifier (it has a colon) or a customer (32
/// hexadecimal digits), present or past.
struct Question {
    /// The word as it was typed.
    let text: String
    /// The node that it names.
    let key: NodeKey
    /// Whether it names a customer.
    let isCustomer: Bool

    /// Reads a word.
    ///
    /// - Throws: `CommandEnd` with the status of a wrong command line.
    init(_ text: String, in store: OpenStore) throws(CommandEnd) {
        self.text = text
        if !text.utf8.contains(UInt8(ascii: ":")) {
            guard let key = NodeKey(hexadecimal: text) else {
                throw CommandEnd(
                    ExitStatus.usage,
                    "'\(Escaping.terminal(text.utf8))' is neither an identifier (ns:value) nor a "
                        + "customer id (32 hexadecimal digits)")
            }
            (self.key, isCustomer) = (key, true)
            return
        }
        (key, isCustomer) = (try Self.identifier(text, in: store).key, false)
    }

    /// Reads a word that must be an identifier: its key and its normalised text.
    static func identifier(
        _ text: String, in store: OpenStore
    ) throws(CommandEnd) -> (key: NodeKey, identifier: NormalizedIdentifier) {
        var parser = IdentifierParser(namespaces: store.folder.table)
        switch parser.parse(text) {
        case .identifier(let identifier):
            return (store.hasher.hash(identifier.bytes.span), identifier)
        case .rejected(let rejected):
            throw CommandEnd(
                ExitStatus.usage,
                "'\(Escaping.terminal(text.utf8))': \(rejected.message) "
                    + "(\(rejected.reason.rawValue))")
        }
    }
}

/// An answer's place in the log: it reflects every record before it.
struct PositionAnswer: Encodable {
    let partition: UInt16
    let offset: UInt64

    init(_ runtime: PartitionRuntime<RocksLog, RocksState>) {
        partition = runtime.partition.rawValue
        offset = runtime.position
    }
}
