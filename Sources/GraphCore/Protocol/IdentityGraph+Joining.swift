internal import IdentityModel

/// One component asks another to become one with it, over the pair (a, b).
struct JoinRequest {
    /// The lesser end.
    let a: NodeKey
    /// The greater end.
    let b: NodeKey
    /// The pair's version that gave rise to it.
    let version: UInt32
    /// The component that says so, and its rank as of then.
    let component: ComponentID
    let rank: UInt64
}

// Edges between components: who joins whom. The lesser component by (rank, id) departs to the
// greater. Rank never falls, so one that was sent is a lower bound, and no two components can
// depart into each other.
extension IdentityGraph {
    /// The pair's evidence turned live or dead, as its `version`-th change says. `component` holds
    /// the lesser end.
    mutating func changeEdge(
        _ pair: Ordinal, of component: Ordinal, version: UInt32, isLive: Bool,
        _ reader: some StateReader
    ) throws(StateError) {
        try needEdge(pair, reader)
        #if Mutants
        if Mutant.edgeWithoutVersion.isPlanted { links[pair].edgeVersion = 0 }
        #endif
        guard version > links[pair].edgeVersion else { return }
        touch(component)
        let (a, b) = (links[pair].a, links[pair].b)
        let wasLive = links[pair].flags.contains(.edgeIsLive)
        if !links[pair].flags.contains(.hasEdge) { components[component].edgeCount += 1 }
        links[pair].flags.insert(.hasEdge)
        links[pair].edgeVersion = version
        if isLive, !wasLive { attach(pair) }
        if !isLive, wasLive { detach(pair) }
        considerRows(component)
        markEdge(pair)
        let isInside = try isMember(nodes[b].key, of: component, reader)
        if isLive, !isInside {
            try sendJoin(component, a, b, version, reader)
        } else if !isLive, wasLive, isInside {
            try splitIfCut(component, a, b, reader)
        }
    }

    /// Asks the component of `b`, wherever it is, to become one with the component of `a`.
    private mutating func sendJoin(
        _ component: Ordinal, _ a: Ordinal, _ b: Ordinal, _ version: UInt32,
        _ reader: some StateReader
    ) throws(StateError) {
        let (id, rank) = (components[component].id, components[component].rank)
        let (keyOfA, keyOfB) = (nodes[a].key, nodes[b].key)
        if postbox.isOwnEmpty, home(of: keyOfB) == oneself {
            // What would be said to oneself last may be done at once.
            try ensurePlace(of: b, reader)
            let other = try hostedHere(b, reader)
            if other != noOrdinal {
                let join = JoinRequest(
                    a: keyOfA, b: keyOfB, version: version, component: id, rank: rank)
                return try answer(join, by: other, reader)
            }
        }
        let content = MemberMessage.Content.join(
            from: keyOfA, version: version, asker: id, rank: rank)
        askHome(MemberMessage(component: .none, node: keyOfB, content: content), asked: 0)
    }

    /// At the component of `b`: the component of `a` asks.
    mutating func answer(
        _ join: JoinRequest, by component: Ordinal, _ reader: some StateReader
    ) throws(StateError) {
        guard try !isMember(join.a, of: component, reader) else { return }
        if isLesser(component, than: join) {
            return try depart(component, by: join, reader)
        }
        let (id, rank) = (components[component].id, components[component].rank)
        let back = JoinRequest(
            a: join.a, b: join.b, version: join.version, component: id, rank: rank)
        let asker = join.component
        if postbox.isOwnEmpty, asker.host == oneself, transit.pointers[asker] == nil {
            let found = try hosted(asker, reader)
            if found != noOrdinal, try isMember(join.a, of: found, reader) {
                return try comply(back, by: found, reader)
            }
        }
        let content = MemberMessage.Content.joinBack(
            to: join.b, version: join.version, asked: id, rank: rank)
        let message = MemberMessage(component: asker, node: join.a, content: content)
        send(to: asker.host, .forMember(message))
    }

    /// At the component of `a`, which had asked: the component of `b` is the greater.
    mutating func comply(
        _ join: JoinRequest, by component: Ordinal, _ reader: some StateReader
    ) throws(StateError) {
        guard try !isMember(join.b, of: component, reader) else { return }
        let pair = try knownEdge(join.a, join.b, reader)
        guard pair != noOrdinal, links[pair].flags.contains(.edgeIsLive),
            links[pair].edgeVersion == join.version
        else { return }  // Cut meanwhile; if it turned live again, another join is on its way.
        if isLesser(component, than: join) {
            try depart(component, by: join, reader)
        } else {
            let (a, b) = (links[pair].a, links[pair].b)
            try sendJoin(component, a, b, join.version, reader)
        }
    }

    /// Whether a component of this host must depart to the other, whose rank is at least so.
    private func isLesser(_ component: Ordinal, than join: JoinRequest) -> Bool {
        let record = components[component]
        guard record.id != join.component else { return false }
        #if Mutants
        if Mutant.rankWithoutID.isPlanted { return record.rank <= join.rank }
        #endif
        return record.rank != join.rank ? record.rank < join.rank : record.id < join.component
    }

    /// Asks again over the pair (a, b), if it is live and `component` holds one end of it alone.
    mutating func joinAgain(
        _ component: Ordinal, _ a: NodeKey, _ b: NodeKey, _ reader: some StateReader
    ) throws(StateError) {
        guard try isMember(a, of: component, reader), try !isMember(b, of: component, reader)
        else { return }
        let pair = try knownEdge(a, b, reader)
        guard pair != noOrdinal, links[pair].flags.contains(.edgeIsLive) else { return }
        let (first, second, version) = (links[pair].a, links[pair].b, links[pair].edgeVersion)
        try sendJoin(component, first, second, version, reader)
    }

    /// The edge of a pair whose lesser end is a member here and in memory; none if its component
    /// knows of none.
    private mutating func knownEdge(
        _ a: NodeKey, _ b: NodeKey, _ reader: some StateReader
    ) throws(StateError) -> Ordinal {
        let pair = link(node(a), node(b))
        try needEdge(pair, reader)
        return links[pair].flags.contains(.hasEdge) ? pair : noOrdinal
    }

    // MARK: Departing

    /// The component goes where it is asked to: into a component of this host at once, or to
    /// another host.
    private mutating func depart(
        _ component: Ordinal, by join: JoinRequest, _ reader: some StateReader
    ) throws(StateError) {
        let via = LinkPosition(a: join.a, b: join.b)
        var target = join.component
        let id = components[component].id
        if hasOthers { transit.point(from: id, to: target) }
        while let onward = transit.pointers[target] { target = onward }
        guard target.host == oneself else {
            let state = try takeAway(component, to: target, via: via, reader)
            // Who was asked to go there names its move; who finds the way longer, mints a name.
            return transfer(state, as: target == join.component ? id : nil)
        }
        let winner = try landing(target, via, reader)
        try merge(component, into: winner, reader)
        try reconsider(winner, via, reader)
    }

    /// The component of this host that a state which was sent to `target` joins: that, if it holds
    /// an end of the link that carried the move; else the side that it was to join has split away,
    /// and it stands alone.
    mutating func landing(
        _ target: ComponentID, _ via: LinkPosition, _ reader: some StateReader
    ) throws(StateError) -> Ordinal {
        let found = try hosted(target, reader)
        #if Mutants
        if Mutant.absorbedByTheWrongSide.isPlanted, found != noOrdinal { return found }
        #endif
        if found != noOrdinal {
            if try isMember(via.a, of: found, reader) { return found }
            if try isMember(via.b, of: found, reader) { return found }
        }
        return mintComponent()
    }

    /// The link that carried a move: asked again, or cut meanwhile, or as it was.
    mutating func reconsider(
        _ component: Ordinal, _ via: LinkPosition, _ reader: some StateReader
    ) throws(StateError) {
        #if Mutants
        if Mutant.linkIsNotAskedAgain.isPlanted {
            guard try isMember(via.a, of: component, reader),
                try isMember(via.b, of: component, reader)
            else { return }
        }
        #endif
        if try !isMember(via.b, of: component, reader) {
            return try joinAgain(component, via.a, via.b, reader)
        }
        if try !isMember(via.a, of: component, reader) {
            let content = MemberMessage.Content.retry(to: via.b)
            return askHome(
                MemberMessage(component: .none, node: via.a, content: content), asked: 0)
        }
        let pair = try knownEdge(via.a, via.b, reader)
        if pair != noOrdinal, links[pair].flags.contains(.edgeIsLive) { return }
        #if Mutants
        if Mutant.cutIsForgotten.isPlanted { return }
        #endif
        try splitIfCut(component, node(via.a), node(via.b), reader)
    }
}
