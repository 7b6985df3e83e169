internal import IdentityModel

/// What is under way, as it is kept in memory: see `TransitState`. And what the store may still
/// hold of components and members that have gone, which is not to be believed.
struct Transit: ~Copyable {
    /// Where components that departed have gone.
    private(set) var pointers = PointerTable()
    /// The pointers from the oldest on; some of them may be collected by now.
    private var pointerOrder = ChangeQueue<ComponentID>()
    private var parked: [NodeKey: [MemberMessage]] = [:]  // lookup only
    private var staged: [ComponentID: [StatePage]] = [:]  // lookup only
    private var outgoing: [ComponentID: [StatePage]] = [:]  // lookup only

    /// What the next checkpoint writes, or removes where it is no more.
    var changedPointers = ChangeQueue<ComponentID>()
    var changedParked = ChangeQueue<NodeKey>()
    var changedStaged = ChangeQueue<PagePlace>()
    var changedOutgoing = ChangeQueue<PagePlace>()

    private var gone = GoneEntities()
    /// Those whose removal is in a checkpoint that is not stored yet.
    private var leaving = GoneEntities()

    /// How many entries the next checkpoint writes, counting some twice.
    var changeCount: Int {
        changedPointers.count + changedParked.count + changedStaged.count + changedOutgoing.count
    }

    /// Everything that was stored.
    init(_ state: TransitState) {
        for pointer in state.pointers {
            pointers[pointer.from] = pointer.to
            pointerOrder.append(pointer.from)
        }
        for entry in state.parked { parked[entry.node] = entry.messages }
        for page in state.staged { staged[page.transfer, default: []].append(page) }
        for page in state.outgoing { outgoing[page.transfer, default: []].append(page) }
    }

    /// All of it as values in order.
    var state: TransitState {
        var state = TransitState()
        state.pointers = pointers.sorted
        state.parked = parked.keys.sorted().map {
            ParkedMessages(node: $0, messages: parked[$0] ?? [])
        }
        state.staged = staged.keys.sorted().flatMap { staged[$0] ?? [] }
        state.outgoing = outgoing.keys.sorted().flatMap { outgoing[$0] ?? [] }
        return state
    }

    // MARK: Pointers

    /// Leaves a pointer behind.
    mutating func point(from: ComponentID, to: ComponentID) {
        pointers[from] = to
        pointerOrder.append(from)
        changedPointers.append(from)
    }

    /// Forgets a pointer, unless pages of its component still go out.
    mutating func collect(_ id: ComponentID) {
        guard outgoing[id] == nil, pointers[id] != nil else { return }
        pointers[id] = nil
        changedPointers.append(id)
    }

    /// Up to `limit` pointers from the oldest on that may be collected.
    mutating func collectable(_ limit: Int) -> [ComponentID] {
        while let first = pointerOrder.peek(0), pointers[first] == nil {
            _ = pointerOrder.popFirst()
        }
        var found: [ComponentID] = []
        var place = 0
        while found.count < limit, let id = pointerOrder.peek(place) {
            if pointers[id] != nil, outgoing[id] == nil { found.append(id) }
            place += 1
        }
        return found
    }

    // MARK: Parked messages

    /// Keeps a message at its node's home.
    mutating func park(_ message: MemberMessage) {
        parked[message.node, default: []].append(message)
        changedParked.append(message.node)
    }

    /// Whether messages wait for a node.
    func isParked(_ node: NodeKey) -> Bool { !parked.isEmpty && parked[node] != nil }

    /// Takes the messages that wait for a node, the oldest first.
    mutating func takeParked(_ node: NodeKey) -> [MemberMessage] {
        guard !parked.isEmpty, let messages = parked.removeValue(forKey: node) else { return [] }
        changedParked.append(node)
        return messages
    }

    /// The messages that wait for a node.
    func parked(for node: NodeKey) -> ParkedMessages? {
        parked[node].map { ParkedMessages(node: node, messages: $0) }
    }

    // MARK: Pages

    /// Keeps a page that came. Gives all pages of its transfer once it is the last.
    ///
    /// - Returns: nil where a page before it is missing.
    mutating func stage(_ page: StatePage) -> [StatePage]? {
        var pages = staged.removeValue(forKey: page.transfer) ?? []
        guard pages.count == Int(page.index) else { return nil }
        pages.append(page)
        if page.isLast {
            for place in pages.indices.dropLast() {
                changedStaged.append(PagePlace(page.transfer, UInt32(place)))
            }
            return pages
        }
        staged[page.transfer] = pages
        changedStaged.append(PagePlace(page.transfer, page.index))
        return []
    }

    /// Keeps the pages of a transfer that goes out.
    mutating func send(_ pages: [StatePage]) {
        outgoing[pages[0].transfer] = pages
        for page in pages { changedOutgoing.append(PagePlace(page.transfer, page.index)) }
    }

    /// Forgets a transfer that has arrived.
    mutating func endSending(_ transfer: ComponentID) {
        guard let pages = outgoing.removeValue(forKey: transfer) else { return }
        for page in pages { changedOutgoing.append(PagePlace(transfer, page.index)) }
    }

    /// The pages of a transfer that goes out; nil where none does.
    func pages(of transfer: ComponentID) -> [StatePage]? { outgoing[transfer] }

    /// A page that waits for others.
    func stagedPage(_ place: PagePlace) -> StatePage? { Self.page(place, of: staged) }

    /// A page that waits to be asked for.
    func outgoingPage(_ place: PagePlace) -> StatePage? { Self.page(place, of: outgoing) }

    private static func page(
        _ place: PagePlace, of transfers: [ComponentID: [StatePage]]
    ) -> StatePage? {
        guard let pages = transfers[place.transfer], Int(place.index) < pages.count else {
            return nil
        }
        return pages[Int(place.index)]
    }

    // MARK: What has gone

    /// A component that the store may hold is hosted here no more.
    mutating func noteGone(_ id: ComponentID) { gone.components.insert(id) }

    /// A member that the store may hold in the rows of a component is no longer in it.
    mutating func noteGone(_ key: NodeKey, from id: ComponentID) {
        gone.members.insert(GoneMember(key: key, component: id))
    }

    /// The member is back.
    mutating func noteBack(_ key: NodeKey, in id: ComponentID) {
        let member = GoneMember(key: key, component: id)
        gone.members.remove(member)
        leaving.members.remove(member)
    }

    /// Whether what the store holds of a component is not to be believed.
    func isGone(_ id: ComponentID) -> Bool {
        #if Mutants
        if Mutant.goneComponentIsBelieved.isPlanted { return false }
        #endif
        return gone.components.contains(id) || leaving.components.contains(id)
    }

    /// Whether what the store holds of a member in a component's rows is not to be believed.
    func isGone(_ key: NodeKey, from id: ComponentID) -> Bool {
        if gone.members.isEmpty && leaving.members.isEmpty { return false }
        let member = GoneMember(key: key, component: id)
        #if Mutants
        if Mutant.goneMemberIsBelieved.isPlanted { return false }
        #endif
        return gone.members.contains(member) || leaving.members.contains(member)
    }

    /// All changes so far are in a checkpoint.
    mutating func noteCut() {
        leaving.components.formUnion(gone.components)
        leaving.members.formUnion(gone.members)
        gone = GoneEntities()
    }

    /// The checkpoint that was cut last is stored.
    mutating func noteStored() { leaving = GoneEntities() }
}

/// Where a page stands.
struct PagePlace {
    let transfer: ComponentID
    let index: UInt32

    init(_ transfer: ComponentID, _ index: UInt32) {
        self.transfer = transfer
        self.index = index
    }
}

/// Entities that have gone and that the store may still hold.
private struct GoneEntities {
    var components: Set<ComponentID> = []  // lookup only
    var members: Set<GoneMember> = []  // lookup only
}

private struct GoneMember: Hashable {
    let key: NodeKey
    let component: ComponentID
}
