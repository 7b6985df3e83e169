package import NodeRuntime

/// What every state store keeps, one case at a time. `open` opens the same store again and again;
/// the store opened before it is let go of first.
package enum StatePortCase: CaseIterable, Sendable {
    /// A store that was never written holds nothing.
    case startsEmpty
    /// Values come back byte for byte, newest first.
    case keepsValues
    /// A removed key is gone, and removing what is not there is fine.
    case removes
    /// Entries come in order of their keys as unsigned bytes, within the bounds.
    case scansInOrder
    /// A scan stops when told to.
    case stopsScanning
    /// All of it outlives opening again.
    case goesOnAfterReopening
    /// A store behaves as a dictionary under many checkpoints.
    case followsADictionary

    /// Checks the case.
    ///
    /// - Throws: `ConformanceFailure`, or what the store throws.
    package func check<State: StatePort>(_ open: () throws -> State) throws {
        switch self {
        case .startsEmpty: try Self.startsEmpty(open)
        case .keepsValues: try Self.keepsValues(open)
        case .removes: try Self.removes(open)
        case .scansInOrder: try Self.scansInOrder(open)
        case .stopsScanning: try Self.stopsScanning(open)
        case .goesOnAfterReopening: try Self.goesOnAfterReopening(open)
        case .followsADictionary: try Self.followsADictionary(open)
        }
    }

    private static func put<State: StatePort>(
        _ entries: [([UInt8], [UInt8])], _ removals: [[UInt8]] = [], to state: State
    ) throws {
        var batch = CheckpointBatch()
        for (key, value) in entries { batch.put(key, value) }
        for key in removals { batch.remove(key) }
        try state.apply(batch)
    }

    private static func get<State: StatePort>(_ key: [UInt8], _ state: State) throws -> [UInt8]? {
        // What stands in the buffer must not show through.
        var value: [UInt8] = [0xde, 0xad]
        return try state.read(key, into: &value) ? value : nil
    }

    private static func all<State: StatePort>(
        _ state: State, from lower: [UInt8] = [0], to upper: [UInt8] = [0xff],
        atMost count: Int = Int.max
    ) throws -> [StoredEntry] {
        var found: [StoredEntry] = []
        try state.scan(from: lower, to: upper) { key, value in
            found.append(StoredEntry(key: key.copied, value: value.copied))
            return found.count < count
        }
        return found
    }

    private static func startsEmpty<State: StatePort>(_ open: () throws -> State) throws {
        let state = try open()
        try require(get([1], state) == nil, "an empty store has no value")
        try require(all(state).isEmpty, "an empty store has no entries")
    }

    private static func keepsValues<State: StatePort>(_ open: () throws -> State) throws {
        let state = try open()
        var chance = SeededGenerator(seed: 1)
        let values = [[], [0], [0xff], chance.bytes(1), chance.bytes(5_000), chance.bytes(200_000)]
        for (index, value) in values.enumerated() {
            try put([([1, UInt8(index)], value)], to: state)
        }
        for (index, value) in values.enumerated() {
            try require(get([1, UInt8(index)], state) == value, "a value comes back as it was")
        }
        try require(get([1], state) == nil, "a key's beginning is another key")
        try require(get([1, 0, 0], state) == nil, "a key's continuation is another key")
        try put([([1, 0], [7])], to: state)
        try require(get([1, 0], state) == [7], "the later value stands")
    }

    private static func removes<State: StatePort>(_ open: () throws -> State) throws {
        let state = try open()
        try put([([1], [1]), ([2], [2])], to: state)
        try put([([3], [3])], [[1], [9]], to: state)
        try require(get([1], state) == nil, "a removed key is gone")
        try require(get([2], state) == [2], "its neighbour stays")
        try put([([1], [4])], to: state)
        try require(get([1], state) == [4], "a removed key may come back")
        try require(all(state).map(\.key) == [[1], [2], [3]], "a scan sees what is there")
    }

    private static func scansInOrder<State: StatePort>(_ open: () throws -> State) throws {
        let state = try open()
        let keys: [[UInt8]] = [
            [1], [1, 0], [1, 0, 0], [1, 0x7f], [1, 0x80], [1, 0xff], [2], [0x10, 1], [0x80], [0xfe],
        ]
        try put(keys.reversed().map { ($0, $0) }, to: state)
        try require(all(state).map(\.key) == keys, "keys sort as unsigned bytes")
        try require(all(state).allSatisfy { $0.key == $0.value }, "values stand by their keys")
        try require(
            all(state, from: [1, 0], to: [1, 0x80]).map(\.key) == [
                [1, 0], [1, 0, 0], [1, 0x7f],
            ],
            "the lower bound is inside, the upper outside")
        try require(all(state, from: [3], to: [4]).isEmpty, "an empty range has no entries")
    }

    private static func stopsScanning<State: StatePort>(_ open: () throws -> State) throws {
        let state = try open()
        try put((0..<50).map { ([1, $0], [$0]) }, to: state)
        try require(all(state, atMost: 1).map(\.value) == [[0]], "a scan stops at once")
        try require(all(state, atMost: 7).count == 7, "a scan stops when told to")
    }

    private static func goesOnAfterReopening<State: StatePort>(_ open: () throws -> State) throws {
        for round: UInt8 in 0..<4 {
            let state = try open()
            try require(all(state).count == Int(round), "entries outlive a reopening")
            try put([([1, round], [round]), ([2], [round])], round == 0 ? [] : [[3]], to: state)
            try put([([3], [round])], [[2]], to: state)
            try put([], [[3]], to: state)
        }
        let state = try open()
        try require(all(state).map(\.key) == (0..<4).map { [1, $0] }, "all entries are there")
    }

    private static func followsADictionary<State: StatePort>(_ open: () throws -> State) throws {
        var chance = SeededGenerator(seed: 2)
        var twin: [[UInt8]: [UInt8]] = [:]
        for round in 0..<30 {
            let state = try open()
            var touched: Set<[UInt8]> = []
            var (entries, removals): ([([UInt8], [UInt8])], [[UInt8]]) = ([], [])
            for _ in 0..<1 + chance.below(60) {
                let key = [UInt8(0x10)] + chance.bytes(chance.below(3))
                guard touched.insert(key).inserted else { continue }
                if chance.chance(30) {
                    removals.append(key)
                    twin[key] = nil
                } else {
                    let value = chance.bytes(chance.below(40))
                    entries.append((key, value))
                    twin[key] = value
                }
            }
            try put(entries, removals, to: state)
            let wanted = twin.keys.sorted { $0.lexicographicallyPrecedes($1) }
            let found = try all(state)
            try require(found.map(\.key) == wanted, "round \(round): the keys")
            try require(found.allSatisfy { twin[$0.key] == $0.value }, "round \(round): the values")
        }
    }
}
