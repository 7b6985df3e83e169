internal import GraphCore
internal import IdentityModel
internal import NodeRuntime
internal import ProfileCore
internal import WireFormat

/// What the topic of profiles says of a customer: `{"version":5,"profile":{…}}`, and
/// `{"version":9,"deleted":true}` once it is retired. A promise to whoever reads the topic.
enum ProfileMessage {
    /// What it says after a change. Values of attributes that `rules` call sensitive are masked;
    /// nil shows them.
    ///
    /// - Throws: `WireError`: the change is damaged.
    static func text(
        after change: FeedChange, masking rules: SurvivorshipRules?
    ) throws(WireError) -> [UInt8] {
        let stored = try ChangeForm.decode(change.bytes.span)
        var text = Array(#"{"version":"#.utf8)
        text.appendDecimal(stored.version)
        if stored.kind == .retired {
            text += Array(#","deleted":true}"#.utf8)
        } else {
            text += Array(#","profile":"#.utf8)
            try text.appendProfile(change.bytes.span, stored.profile, masking: rules)
            text.append(UInt8(ascii: "}"))
        }
        return text
    }
}
