/// Keeps the least few of many elements, in memory for those few alone: a binary heap whose root
/// is the greatest of them (Williams, "Algorithm 232: Heapsort", CACM 7(6), 1964).
///
/// Offering costs O(1) for an element that is not among the least, else O(log limit).
package struct LeastElements<Element: Comparable> {
    /// How many are kept at most.
    package let limit: Int
    private var heap: [Element] = []

    /// Keeps at most `limit` elements; 0 keeps none.
    package init(limit: Int) {
        precondition(limit >= 0, "a limit counts elements")
        self.limit = limit
    }

    /// How many are kept now.
    package var count: Int { heap.count }

    /// The kept elements, the least first.
    package var sorted: [Element] { heap.sorted() }

    /// Takes note of an element.
    package mutating func offer(_ element: Element) {
        if heap.count < limit {
            heap.append(element)
            rise(from: heap.count - 1)
        } else if limit > 0, element < heap[0] {
            heap[0] = element
            sink()
        }
    }

    private mutating func rise(from start: Int) {
        var place = start
        while place > 0 {
            let parent = (place - 1) / 2
            guard heap[parent] < heap[place] else { return }
            heap.swapAt(parent, place)
            place = parent
        }
    }

    private mutating func sink() {
        var place = 0
        while true {
            var greatest = place
            for child in [2 * place + 1, 2 * place + 2]
            where child < heap.count && heap[greatest] < heap[child] {
                greatest = child
            }
            guard greatest != place else { return }
            heap.swapAt(place, greatest)
            place = greatest
        }
    }
}
