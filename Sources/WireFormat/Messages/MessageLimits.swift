package import GraphCore
internal import IdentityModel

/// How large messages, and the records that carry them, may be.
///
/// The bound that matters is Kafka's default of 1 MiB for a message. A record takes further
/// messages only while it stays within `bytes`; one message takes at most `messageBytes`, which is
/// less. So each record stays under 768 KiB and its head, 20 bytes to 50.
///
/// What a message may take: a state moves in pages of at most 512 KiB and one member more, and a
/// member takes at most `memberBytes`, a value of 1 KiB and `fragmentBytes`: 625 KiB in all. (A
/// component in one value, 256 members with the longest values and 1,024 edges, takes 320 KiB and
/// what its members carry.) An assignment takes at most 168 KiB, what was observed of a member
/// 115 KiB, any other message 2 KiB.
///
/// The receiver refuses what is beyond these limits, and where a record is cut shows in the numbers
/// of deliveries. So a change of any of them is a new version of the machine's logic.
package enum MessageLimits {
    /// Messages in one record at most.
    package static let messages = 4_096
    /// A record's body has at most so many bytes, its namespaces included.
    package static let bytes = 768 << 10
    /// One message has at most so many, counted by `mostBytes(of:)`.
    package static let messageBytes = 640 << 10
    /// Nodes in one assignment at most. `MessageWriter.parts(of:)` cuts larger ones.
    package static let assignedNodes = 8_192
    /// The profile fragment of one member has at most so many bytes.
    package static let fragmentBytes = 112 << 10
    /// What was observed of one member at once has at most so many: also a whole fragment, which a
    /// repartition carries.
    package static let observationBytes = fragmentBytes + 1_024

    /// What a member takes at most beside its value and what it carries, in bytes: key 16, version
    /// 5, first seen 10, namespace's number 5 and name 33, customer's version 10 and profile 8, the
    /// lengths of value and fragment 6, and what it carries 1.
    package static let memberBytes = 96
    /// What an edge takes at most, in bytes: its ends 32, version and liveness 5.
    package static let edgeBytes = 40

    /// What a message can take in a record at most, in bytes, the names of its namespaces included.
    /// Found without looking at members and edges one by one.
    package static func mostBytes(of message: GraphMessage) -> Int {
        switch message {
        case .forMember(let message), .resolve(let message, _), .via(let message, _):
            switch message.content {
            case .seen(_, _, let value, let observation): 128 + value.count + observation.count
            case .edge, .join, .joinBack, .retry: 128
            }
        case .assign(let assignment): 32 + assignment.nodes.count * assignedNodeBytes
        case .absorb(let state): mostBytes(of: state)
        case .page(let page): mostBytes(of: page.state)
        case .next: 32
        }
    }

    /// A node's key and version.
    private static let assignedNodeBytes = 21

    private static func mostBytes(of state: ComponentState) -> Int {
        128 + state.members.count * memberBytes + state.values.count + state.fragments.count
            + state.edges.count * edgeBytes
    }
}
