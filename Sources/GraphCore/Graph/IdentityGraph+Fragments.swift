package import IdentityModel

// Profile fragments: what was observed of an identifier, kept with its member and carried wherever
// that goes. What they say is the algebra's business; a component knows how much its members have,
// and one in rows keeps the fold over them while it is in memory.
extension IdentityGraph {
    /// Folds an observation into the fragment of a member of a component of this host.
    mutating func take(
        _ observation: [UInt8], by node: Ordinal, in component: Ordinal
    ) throws(StateError) {
        guard !observation.isEmpty else { return }
        var fragment: [UInt8] = []
        fragments.append(node, to: &fragment)
        do throws(WireError) {
            guard try algebra.fold(observation.span, &fragment) else { return }
        } catch {
            throw Self.damagedFragment
        }
        touch(component)
        touchFeed(component)
        markMember(node)
        try replaceFragment(of: node, by: fragment)
        considerRows(component)
    }

    /// Makes `fragment` a member's, in what its component counts, sums up and keeps of it too. The
    /// component is touched. Counts wrap around, for a component that is being merged into counts
    /// its new members last.
    private mutating func replaceFragment(
        of node: Ordinal, by fragment: [UInt8]
    ) throws(StateError) {
        let component = nodes[node].component
        components[component].memberSum -= memberDigest(node)
        components[component].fragmentUnits &-= fragmentUnits(of: node)
        setFragment(of: node, fragment.span)
        components[component].memberSum += memberDigest(node)
        components[component].fragmentUnits &+= fragmentUnits(of: node)
        try joinIntoFold(of: component, node)
    }

    /// Makes `fragment` a member's; empty for none.
    mutating func setFragment(of node: Ordinal, _ fragment: Span<UInt8>) {
        if fragment.isEmpty {
            guard nodes[node].flags.contains(.hasFragment) else { return }
            nodes[node].flags.remove(.hasFragment)
            fragments.remove(node)
        } else {
            nodes[node].flags.insert(.hasFragment)
            fragments.set(node, fragment)
        }
    }

    /// Brings the fragment of a member, which has come from elsewhere or under newer rules, to the
    /// form of the present rules. The component is touched, and the member is to be written.
    mutating func convertFragment(of node: Ordinal) throws(StateError) {
        guard nodes[node].flags.contains(.hasFragment) else { return }
        var fragment: [UInt8] = []
        fragments.append(node, to: &fragment)
        do throws(WireError) {
            guard let converted = try algebra.converted(fragment.span) else { return }
            fragment = converted
        } catch {
            throw Self.damagedFragment
        }
        try replaceFragment(of: node, by: fragment)
    }

    // MARK: What a component knows

    /// What a member's fragment counts for in its component: its bytes, in units, rounded up.
    func fragmentUnits(of node: Ordinal) -> UInt32 {
        guard nodes[node].flags.contains(.hasFragment) else { return 0 }
        return Self.fragmentUnits(ofBytes: fragments.count(node))
    }

    /// A fragment's bytes in units of 16, so that 32 bits count those of any component.
    static func fragmentUnits(ofBytes count: Int) -> UInt32 { UInt32((count + 15) / 16) }

    /// A member with its fragment has left `component` for `part`, of this host.
    mutating func moveFragment(of node: Ordinal, from component: Ordinal, to part: Ordinal) {
        let units = fragmentUnits(of: node)
        guard units > 0 else { return }
        components[component].fragmentUnits -= units
        components[part].fragmentUnits += units
        #if Mutants
        if Mutant.foldOutlivesItsMember.isPlanted { return }
        #endif
        dropFold(of: component)
    }

    /// Forgets the fold that is kept of a component, if one is.
    mutating func dropFold(of component: Ordinal) {
        if !folds.isEmpty { folds[component] = nil }
    }

    // MARK: Folds

    /// The fold over the fragments of a component's members; empty where they have none.
    ///
    /// Of a component in rows it is kept: joins are idempotent, so what comes is joined to it, and
    /// only what leaves has it made anew. It is a function of the members, whenever it was made.
    mutating func fold(
        of component: Ordinal, _ reader: some StateReader
    ) throws(StateError) -> [UInt8] {
        guard components[component].fragmentUnits > 0 else { return [] }
        if let known = folds[component] { return known }
        var fold: [UInt8] = []
        var member = components[component].anchor
        repeat {
            try join(fragmentOf: member, into: &fold)
            member = nodes[member].nextMember
        } while member != components[component].anchor
        try joinAbsent(of: component, into: &fold, reader)
        if components[component].isInRows { folds[component] = fold }
        return fold
    }

    private mutating func joinAbsent(
        of component: Ordinal, into fold: inout [UInt8], _ reader: some StateReader
    ) throws(StateError) {
        var walk = StoredMemberWalk(after: nil)
        while let page = try absentMembers(of: component, &walk, reader) {
            var cursor = MemberCursor()
            // What the page leaves out is in memory; its bytes stand between those of the page.
            var left = page[...]
            for member in componentImage.members {
                defer { cursor.pass(member) }
                guard left.first?.key == member.key else { continue }
                left.removeFirst()
                guard member.fragmentCount > 0 else { continue }
                let range = cursor.fragment..<cursor.fragment + member.fragmentCount
                try join(
                    componentImage.fragments.span.extracting(range), of: member.key, into: &fold)
            }
        }
    }

    private func join(
        fragmentOf node: Ordinal, into fold: inout [UInt8]
    ) throws(StateError) {
        guard nodes[node].flags.contains(.hasFragment) else { return }
        var fragment: [UInt8] = []
        fragments.append(node, to: &fragment)
        try join(fragment.span, of: nodes[node].key, into: &fold)
    }

    private func join(
        _ fragment: Span<UInt8>, of member: NodeKey, into fold: inout [UInt8]
    ) throws(StateError) {
        do throws(WireError) {
            try algebra.join(fragment, member, &fold)
        } catch {
            throw Self.damagedFragment
        }
    }

    /// Joins the fragment of a member, which has come or has changed, to the fold that is kept of
    /// its component, if one is.
    mutating func joinIntoFold(of component: Ordinal, _ node: Ordinal) throws(StateError) {
        guard !folds.isEmpty, nodes[node].flags.contains(.hasFragment),
            var fold = folds.removeValue(forKey: component)
        else { return }
        try join(fragmentOf: node, into: &fold)
        folds[component] = fold
    }

    // MARK: Profiles

    /// What a component's customer is told to be, beside its identifiers.
    mutating func profile(
        of component: Ordinal, _ reader: some StateReader
    ) throws(StateError) -> ToldProfile {
        let fold = try fold(of: component, reader)
        guard !fold.isEmpty else { return ToldProfile(bytes: [], hash: 0) }
        do throws(WireError) {
            return ToldProfile(try algebra.profile(fold.span))
        } catch {
            throw Self.damagedFragment
        }
    }

    /// Notes what the customer that a member names was told to be; 0 for nothing.
    mutating func noteToldProfile(_ hash: UInt64, of node: Ordinal) {
        toldProfiles[node] = hash == 0 ? nil : hash
    }

    /// The fold over the fragments of a node's customer, for questions; empty where there are none,
    /// or the node does not exist.
    ///
    /// - Throws: `StateError`.
    package mutating func profileFold(
        withMember key: NodeKey, reader: some StateReader
    ) throws(StateError) -> [UInt8] {
        let component = try component(of: key, reader)
        return component == noOrdinal ? [] : try fold(of: component, reader)
    }

    private static var damagedFragment: StateError {
        StateError(.damaged, "an identifier's profile fragment is damaged")
    }
}

/// A profile as a tick tells it.
struct ToldProfile {
    let bytes: [UInt8]
    /// Tells it from another; 0 for none.
    let hash: UInt64

    init(bytes: [UInt8], hash: UInt64) {
        self.bytes = bytes
        self.hash = hash
    }

    init(_ bytes: [UInt8]) {
        self.init(bytes: bytes, hash: bytes.isEmpty ? 0 : max(1, Mixing.hash(bytes.span)))
    }
}
