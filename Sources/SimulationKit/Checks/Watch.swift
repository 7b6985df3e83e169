internal import GraphCore
internal import IdentityModel

/// What must hold after every record: each node has one owner, its assignment's version and its
/// directory's never fall and rise with each move, ranks never fall, and what has gone is gone.
///
/// It is told what each step of a witness changed, and keeps what it was told last.
struct Watch {
    /// A component as it was told last.
    private struct Held {
        var rank: UInt64 = 0
        var isHosted = false
        var hasGone = false
        var isInRows = false
        /// Its members, unless it is in rows.
        var members: [Int] = []
    }

    /// By node: which component holds it; `none` while it is on its way, or where it is not.
    private var holders: [ComponentID]
    /// By node: which component held it last.
    private var lastHolders: [ComponentID]
    private var versions: [UInt32]
    private var places: [UInt32]
    /// By partition, by sequence.
    private var components: [[Held]]

    init(nodes: Int, partitions: Int) {
        holders = Array(repeating: .none, count: nodes)
        lastHolders = holders
        versions = Array(repeating: 0, count: nodes)
        places = versions
        components = Array(repeating: [], count: partitions)
    }

    /// Takes note of what a partition's step has changed.
    mutating func note(_ step: WatchedStep) throws(Violation) {
        for change in step.gone { try release(change) }
        for id in step.departed {
            let place = slot(id)
            try require(!components[place.0][place.1].isHosted, "a component departs and stays")
            components[place.0][place.1].hasGone = true
        }
        for head in step.heads { try release(head) }
        for member in step.leaving where holders[member.node] == member.component {
            holders[member.node] = .none
        }
        for claim in step.claims { try take(claim) }
        for (node, version) in step.places {
            try require(
                version >= places[node], "the version of the directory of \(node) fell")
            places[node] = version
        }
    }

    private mutating func slot(_ id: ComponentID) -> (Int, Int) {
        let (host, sequence) = (Int(id.host.rawValue), Int(id.sequence))
        while components[host].count <= sequence { components[host].append(Held()) }
        return (host, sequence)
    }

    private mutating func release(_ id: ComponentID) throws(Violation) {
        let place = slot(id)
        letGo(id, of: components[place.0][place.1].members)
        components[place.0][place.1].members = []
        components[place.0][place.1].isHosted = false
    }

    private mutating func release(_ head: WatchedStep.Head) throws(Violation) {
        let place = slot(head.id)
        let held = components[place.0][place.1]
        try require(!held.hasGone, "component \(head.id.sequence) of \(place.0) has come back")
        try require(head.rank >= held.rank, "a rank fell from \(held.rank) to \(head.rank)")
        try require(head.count > 0, "a component is empty")
        try require(head.rank >= UInt64(head.count), "a rank is less than the size")
        letGo(head.id, of: held.members)
        components[place.0][place.1].rank = head.rank
        components[place.0][place.1].isHosted = true
        components[place.0][place.1].isInRows = head.isInRows
        components[place.0][place.1].members.removeAll(keepingCapacity: true)
    }

    private mutating func letGo(_ id: ComponentID, of members: [Int]) {
        for node in members where holders[node] == id { holders[node] = .none }
    }

    private mutating func take(_ claim: WatchedStep.Claim) throws(Violation) {
        let (node, id) = (claim.node, claim.component)
        try require(
            holders[node] == .none || holders[node] == id, "two components hold \(node)")
        try require(
            claim.version >= versions[node],
            "the version of \(node) fell from \(versions[node]) to \(claim.version)")
        try require(
            lastHolders[node] == id || lastHolders[node] == .none
                || claim.version > versions[node],
            "\(node) moved and its version did not rise")
        holders[node] = id
        lastHolders[node] = id
        versions[node] = claim.version
        let place = slot(id)
        if !components[place.0][place.1].isInRows {
            components[place.0][place.1].members.append(node)
        }
    }
}

/// What one step of a witness changed, as far as the watch looks.
struct WatchedStep {
    /// A component that is hosted now.
    struct Head {
        var id: ComponentID
        var rank: UInt64
        var count: Int
        var isInRows: Bool
    }

    /// A node with a component.
    struct Member {
        var node: Int
        var component: ComponentID
    }

    /// A node that a component holds now.
    struct Claim {
        var node: Int
        var component: ComponentID
        var version: UInt32
    }

    var gone: [ComponentID] = []
    var departed: [ComponentID] = []
    var heads: [Head] = []
    var leaving: [Member] = []
    var claims: [Claim] = []
    var places: [(node: Int, version: UInt32)] = []

    /// Forgets the step and keeps the memory.
    mutating func reset() {
        gone.removeAll(keepingCapacity: true)
        departed.removeAll(keepingCapacity: true)
        heads.removeAll(keepingCapacity: true)
        leaving.removeAll(keepingCapacity: true)
        claims.removeAll(keepingCapacity: true)
        places.removeAll(keepingCapacity: true)
    }
}
