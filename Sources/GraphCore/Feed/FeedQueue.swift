internal import IdentityModel

/// What the next tick tells: the components that were touched since the last one.
///
/// They are few: the owner of a partition appends a tick every so often while any are. So they are
/// always in memory, and a checkpoint stores those that are touched when it is cut.
struct FeedQueue: ~Copyable {
    /// In the order in which they were touched; some of them may be gone by now.
    private(set) var touched: [Ordinal] = []
    var records = Slab(blank: TouchedRecord.blank)
    private var index = OrdinalIndex()
    /// Members that left since the last tick and were told, by the record of what they left.
    private var departed: [Ordinal: DepartedMembers] = [:]  // lookup only
    /// Members that became untold since the last tick; some may be told, or gone, by now.
    var untold: [Ordinal] = []
    /// What the next checkpoint writes; some of them may be gone by now.
    private var changed = ChangeQueue<ComponentID>()
    /// The same of components that members have left: written once, at the cut, for their lists may
    /// be long, and get longer with every member that leaves.
    private var changedLists: [ComponentID] = []
    /// What the next checkpoint removes.
    private var removed = ChangeQueue<ComponentID>()

    /// How many entries the next checkpoint writes before the cut, counting some twice.
    var changeCount: Int { changed.count + removed.count }

    /// Whether the cut writes lists of members that have left.
    var hasChangedLists: Bool { !changedLists.isEmpty }

    /// Whether a tick would have nothing to look at.
    var isEmpty: Bool { records.count == 0 }

    /// The record of a component that is touched; none if it is not.
    func find(_ id: ComponentID) -> Ordinal {
        isEmpty ? noOrdinal : index.find(IdentityGraph.indexHash(id)) { records[$0].id == id }
    }

    /// A record for a component that is touched now.
    mutating func touch(_ id: ComponentID, told: NodeKey?) -> Ordinal {
        let made = records.allocate()
        records[made] = TouchedRecord(
            id: id, told: told ?? NodeKey(high: 0, low: 0), hasTold: told != nil,
            knowsUntold: true, isStored: false, hasChangedList: false)
        index.insert(IdentityGraph.indexHash(id), made)
        touched.append(made)
        changed.append(id)
        return made
    }

    /// A component that was touched when the checkpoint was cut.
    mutating func restore(_ component: TouchedComponent) {
        let made = touch(component.id, told: component.told)
        records[made].knowsUntold = false
        #if Mutants
        if Mutant.untoldListIsTrusted.isPlanted { records[made].knowsUntold = true }
        #endif
        records[made].isStored = true
        if !component.parts.isEmpty {
            departed[made] = DepartedMembers(
                members: ValuedMembers(members: component.departed, values: component.values),
                parts: component.parts)
        }
    }

    /// All that was restored is stored.
    mutating func markStored() {
        changed = ChangeQueue()
        changedLists = []
    }

    /// The member whose customer was told to have the others has left them behind, and is in a
    /// component of its own: nothing that was told counts any more.
    mutating func leaveTold(_ record: Ordinal, for part: Ordinal) {
        var left = DepartedMembers()
        left.parts = departed.removeValue(forKey: record)?.parts ?? []
        left.parts.append(records[record].id)
        departed[part] = left
        records[record].hasTold = false
        changed.append(records[record].id)
        noteChangedList(of: part)
    }

    /// Members that were told have left, and are a component of their own.
    mutating func depart(_ members: ValuedMembers, from record: Ordinal, as part: ComponentID) {
        guard !members.members.isEmpty else { return }
        var all = departed.removeValue(forKey: record) ?? DepartedMembers()
        all.members.members += members.members
        all.members.values += members.values
        all.parts.append(part)
        departed[record] = all
        noteChangedList(of: record)
    }

    private mutating func noteChangedList(of record: Ordinal) {
        guard !records[record].hasChangedList else { return }
        records[record].hasChangedList = true
        changedLists.append(records[record].id)
    }

    /// Takes the members that have left, ordered by key.
    mutating func takeDeparted(_ record: Ordinal) -> DepartedMembers {
        guard !departed.isEmpty, var taken = departed.removeValue(forKey: record) else {
            return DepartedMembers()
        }
        taken.members = taken.members.sorted
        return taken
    }

    /// The component is told, or no more.
    mutating func release(_ record: Ordinal) {
        if !departed.isEmpty { departed[record] = nil }
        let id = records[record].id
        index.remove(IdentityGraph.indexHash(id), record)
        if records[record].isStored { removed.append(id) }
        records.release(record)
    }

    /// All that are touched as values, ordered by id.
    var state: [TouchedComponent] { sorted.map { image(of: $0) } }

    /// Takes all that are touched, ordered by id.
    mutating func takeTouched() -> [Ordinal] {
        let found = sorted
        touched.removeAll(keepingCapacity: true)
        return found
    }

    private var sorted: [Ordinal] {
        var order = KeyedOrdinals()
        for record in touched where records[record].id != .none {
            order.append(record, by: records[record].id)
        }
        order.sort()
        var found = order.all
        // A record that was released and given again stands twice.
        var last = noOrdinal
        found.removeAll { record in
            defer { last = record }
            return record == last
        }
        return found
    }

    /// Takes what the next checkpoint removes; nil where there is nothing left.
    mutating func popRemoved() -> ComponentID? { removed.popFirst() }

    /// Takes what the next checkpoint writes before the cut, and counts it as stored; nil where
    /// there is nothing left.
    mutating func popChanged() -> TouchedComponent? {
        while let id = changed.popFirst() {
            let record = find(id)
            guard record != noOrdinal, !records[record].hasChangedList else { continue }
            records[record].isStored = true
            return image(of: record)
        }
        return nil
    }

    /// Takes what the cut writes, and counts it as stored; nil where there is nothing left.
    mutating func popChangedList() -> TouchedComponent? {
        while let id = changedLists.popLast() {
            let record = find(id)
            guard record != noOrdinal else { continue }
            records[record].isStored = true
            records[record].hasChangedList = false
            return image(of: record)
        }
        return nil
    }

    private func image(of record: Ordinal) -> TouchedComponent {
        var image = TouchedComponent(
            id: records[record].id, told: records[record].hasTold ? records[record].told : nil)
        if let all = departed[record] {
            let members = all.members.sorted
            image.departed = members.members
            image.values = members.values
            image.parts = all.parts.sorted()
        }
        return image
    }
}

/// A component that was touched since the last tick.
struct TouchedRecord: BitwiseCopyable {
    var id: ComponentID
    /// The member whose customer was told to have what is not untold, if `hasTold`.
    var told: NodeKey
    var hasTold: Bool
    /// Whether the queue's `untold` names all members that are untold.
    var knowsUntold: Bool
    /// Whether the store may hold it.
    var isStored: Bool
    /// Whether members have left it since the last cut.
    var hasChangedList: Bool

    static let blank = TouchedRecord(
        id: .none, told: NodeKey(high: 0, low: 0), hasTold: false, knowsUntold: false,
        isStored: false, hasChangedList: false)
}

/// Members that have left a component since the last tick.
struct DepartedMembers {
    var members = ValuedMembers()
    /// What they became when they left, or what was left behind.
    var parts: [ComponentID] = []
}

/// Members of components, with their values.
struct ValuedMembers {
    var members: [ChangedIdentifier] = []
    var values: [UInt8] = []

    /// The same, ordered by key.
    var sorted: ValuedMembers {
        guard members.count > 1 else { return self }
        var places: [(place: Int, start: Int)] = []
        var start = 0
        for place in members.indices {
            places.append((place, start))
            start += members[place].valueCount
        }
        places.sort { members[$0.place].key < members[$1.place].key }
        var sorted = ValuedMembers()
        for (place, start) in places {
            sorted.members.append(members[place])
            sorted.values += values[start..<start + members[place].valueCount]
        }
        return sorted
    }
}
