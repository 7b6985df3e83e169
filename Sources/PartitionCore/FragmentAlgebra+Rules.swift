internal import GraphCore
internal import IdentityModel
internal import ProfileCore

extension FragmentAlgebra {
    /// What fragments mean under survivorship rules.
    init(_ rules: SurvivorshipRules) {
        let arithmetic = ProfileArithmetic(rules)
        self.init(
            rules: rules.version == 0 ? [] : rules.encode(),
            fold: { observation, fragment throws(WireError) in
                try arithmetic.fold(observation, into: &fragment)
            },
            join: { fragment, member, fold throws(WireError) in
                try arithmetic.join(fragment, of: member, into: &fold)
            },
            profile: { fold throws(WireError) in
                let profile = try arithmetic.profile(of: fold)
                // A block without attributes says nothing.
                return profile.count > 1 ? profile : []
            },
            converted: { fragment throws(WireError) in try arithmetic.converted(fragment) },
            content: { ProfileArithmetic.content(of: $0) })
    }
}
