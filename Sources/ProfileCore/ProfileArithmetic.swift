package import IdentityModel

/// Profiles as sums of what was said: joins of fragments and folds, which are commutative,
/// associative and idempotent, so that any order, repetition or grouping of the same events gives
/// the same bytes.
///
/// A *fragment* is what was said of one identifier, a *fold* what was said of the members of a
/// customer: there each word says of which member it was. Both have one form for one content, and
/// no bytes for no content. They say by which rules they were made: what older rules made is
/// converted where it is met; what newer ones made is left as it is, beside what the present ones
/// make, for those who know the newer rules to convert.
package struct ProfileArithmetic: Sendable {
    /// The rules.
    package let rules: SurvivorshipRules
    private let plan: RulePlan

    /// Arithmetic by `rules`.
    package init(_ rules: SurvivorshipRules) {
        self.rules = rules
        plan = RulePlan(rules)
    }

    // MARK: Folding

    /// Folds an observation into the fragment of the identifier of which it was said. Returns
    /// whether the fragment changed; damage throws.
    package func fold(
        _ observation: Span<UInt8>, into fragment: inout [UInt8]
    ) throws(WireError) -> Bool {
        let form = RulePlan.JoinForm(isFold: false, lifted: nil)
        switch try Observation(observation) {
        case .event(let event):
            let said = try plan.fragment(of: event, observation)
            return try join(said.span, into: &fragment, form)
        case .fragment(let content):
            return try join(observation.extracting(content.range), into: &fragment, form)
        }
    }

    /// Joins the fragment of a member into the fold of its customer; damage throws.
    package func join(
        _ fragment: Span<UInt8>, of member: NodeKey, into fold: inout [UInt8]
    ) throws(WireError) {
        _ = try join(fragment, into: &fold, RulePlan.JoinForm(isFold: true, lifted: member))
    }

    /// Joins the fold of other members into the fold of their customer; damage throws.
    package func join(
        fold other: Span<UInt8>, into fold: inout [UInt8]
    ) throws(WireError) {
        _ = try join(other, into: &fold, RulePlan.JoinForm(isFold: true, lifted: nil))
    }

    /// A fragment or a fold as the present rules have it; nil where these or newer ones made it.
    /// After a replay of all events it equals one that they were folded into from the start.
    package func converted(_ bytes: Span<UInt8>) throws(WireError) -> [UInt8]? {
        try plan.converted(bytes)
    }

    private func join(
        _ other: Span<UInt8>, into bytes: inout [UInt8], _ form: RulePlan.JoinForm
    ) throws(WireError) -> Bool {
        if let newer = try plan.converted(other) {
            return try join(newer.span, into: &bytes, form)
        }
        let converted = try plan.converted(bytes.span)
        if let converted { bytes = converted }
        guard let joined = try plan.joined(bytes.span, other, form) else {
            return converted != nil
        }
        bytes = joined
        return true
    }

    // MARK: Profiles

    /// The profile that a fold tells, as a block of attributes.
    package func profile(of fold: Span<UInt8>) throws(WireError) -> [UInt8] {
        if let newer = try plan.converted(fold) { return try plan.profile(of: newer.span) }
        return try plan.profile(of: fold)
    }

    /// The same, with where each value came from; ascending by name.
    package func entries(of fold: Span<UInt8>) throws(WireError) -> [ProfileEntry] {
        if let newer = try plan.converted(fold) { return try plan.entries(of: newer.span) }
        return try plan.entries(of: fold)
    }

    // MARK: The edge

    /// Why an event with that block of attributes is refused; nil where it is not. Damage throws.
    package func check(
        eventID: Span<UInt8>, block: Span<UInt8>
    ) throws(WireError) -> Rejected? {
        try plan.check(eventID: eventID, block: block)
    }

    // MARK: Fragments as bytes

    /// What a fragment or a fold says, without by which rules: what digests hash.
    package static func content(of fragment: Span<UInt8>) -> Range<Int> {
        FragmentHead.content(fragment.count)
    }

    /// The version of the rules that made a fragment or a fold; nil where it is empty.
    package static func version(of fragment: Span<UInt8>) throws(WireError) -> UInt64? {
        try FragmentHead(fragment)?.version
    }
}
