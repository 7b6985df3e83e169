/// What changed and waits for a checkpoint: what waits longest is taken first.
///
/// First in, first out, because what has just changed is likely to change again: the longer it
/// waits, the fewer times a checkpoint that is gathered bit by bit writes it.
struct ChangeQueue<Element> {
    private var items: [Element] = []
    private var head = 0

    /// How many wait.
    var count: Int { items.count - head }

    /// Adds what has just changed.
    mutating func append(_ element: Element) { items.append(element) }

    /// What is taken after so many others; nil where fewer wait.
    @inline(__always)
    func peek(_ distance: Int) -> Element? {
        head + distance < items.count ? items[head + distance] : nil
    }

    /// Takes what waits longest; nil where nothing waits. Its room is given back when the queue is
    /// empty, which it is at the end of every checkpoint.
    mutating func popFirst() -> Element? {
        guard head < items.count else { return nil }
        defer {
            if head == items.count {
                items.removeAll(keepingCapacity: true)
                head = 0
            }
        }
        head += 1
        return items[head - 1]
    }
}
