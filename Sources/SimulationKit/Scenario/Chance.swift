internal import RetailWorkload

/// The draws of a simulation, over the one generator that it shares with the retail workload. No
/// other randomness is used, so that a seed is one run in every process.
extension SplitMix64 {
    /// True `percent` times of a hundred.
    mutating func chance(_ percent: Int) -> Bool { next(below: 100) < percent }

    /// One of `choices`, which are not empty.
    mutating func pick<Choice>(_ choices: [Choice]) -> Choice {
        choices[next(below: choices.count)]
    }

    /// `items` in an order of chance (Fisher and Yates).
    mutating func shuffle<Item>(_ items: inout [Item]) {
        for index in items.indices.reversed() { items.swapAt(index, next(below: index + 1)) }
    }
}
