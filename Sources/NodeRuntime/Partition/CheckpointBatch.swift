package import GraphCore
package import IdentityModel
internal import WireFormat

/// The changes of one checkpoint: keys and values (or removals) that are applied at once.
package struct CheckpointBatch {
    /// One change, by where its key and value lie.
    private struct Entry {
        /// The first eight bytes of the key, big-endian: decides nearly every comparison.
        var prefix: UInt64
        var start: Int
        var keyCount: UInt16
        var isRemoval: Bool
        var valueCount: UInt32
    }

    private var bytes: [UInt8] = []
    private var entries: [Entry] = []

    /// An empty batch.
    package init() {}

    /// How many changes it holds.
    package var count: Int { entries.count }
    /// How many bytes its keys and values take.
    package var byteCount: Int { bytes.count }

    /// Adds a value.
    package mutating func put(_ key: [UInt8], _ value: [UInt8]) {
        add(key, isRemoval: false) { $0.append(contentsOf: value) }
    }

    /// Adds a removal.
    package mutating func remove(_ key: [UInt8]) { add(key, isRemoval: true) { _ in } }

    /// Gives the changes to `body` in strictly rising order of their keys, the value nil for a
    /// removal. A key that stands twice is a programming error.
    package consuming func forEachSorted<Failure: Error>(
        _ body: (_ key: Span<UInt8>, _ value: Span<UInt8>, _ isRemoval: Bool) throws(Failure)
            -> Void
    ) throws(Failure) {
        let all = bytes
        entries.sort { left, right in
            if left.prefix != right.prefix { return left.prefix < right.prefix }
            return Self.precedes(left, right, all)
        }
        for index in entries.indices {
            let entry = entries[index]
            precondition(
                index == 0 || entries[index - 1].prefix < entry.prefix
                    || Self.precedes(entries[index - 1], entry, all),
                "a checkpoint changes one key twice")
            let middle = entry.start + Int(entry.keyCount)
            try body(
                all.span.extracting(entry.start..<middle),
                all.span.extracting(middle..<middle + Int(entry.valueCount)), entry.isRemoval)
        }
    }

    private mutating func add(
        _ key: [UInt8], isRemoval: Bool, _ appendValue: (inout [UInt8]) -> Void
    ) {
        var prefix: UInt64 = 0
        for index in 0..<8 {
            prefix = prefix << 8 | (index < key.count ? UInt64(key[index]) : 0)
        }
        let start = bytes.count
        bytes.append(contentsOf: key)
        appendValue(&bytes)
        entries.append(
            Entry(
                prefix: prefix, start: start, keyCount: UInt16(key.count), isRemoval: isRemoval,
                valueCount: UInt32(bytes.count - start - key.count)))
    }

    private static func precedes(_ left: Entry, _ right: Entry, _ bytes: [UInt8]) -> Bool {
        let (first, second) = (
            bytes[left.start..<left.start + Int(left.keyCount)],
            bytes[right.start..<right.start + Int(right.keyCount)]
        )
        return first.lexicographicallyPrecedes(second)
    }
}

extension CheckpointBatch: StateWriter {
    /// Adds a node's home.
    package mutating func writeHome(_ image: HomeImage) {
        add(StateKey.home(image.key), isRemoval: false) { HomeCodec.encode(image, into: &$0) }
    }

    /// Adds a component's pages, and the removal of those that it no longer has.
    package mutating func writeComponent(_ image: ComponentImage, storedPages: Int) {
        let pages = ComponentImage.pageCount(members: image.members.count)
        var start = ComponentCodec.PageStart()
        for page in 0..<pages {
            add(StateKey.component(image.id, page: UInt32(page)), isRemoval: false) {
                ComponentCodec.encodePage(page, of: image, from: &start, into: &$0)
            }
        }
        for page in pages..<max(pages, storedPages) {
            remove(StateKey.component(image.id, page: UInt32(page)))
        }
    }

    /// Adds the removal of all pages of a component.
    package mutating func removeComponent(_ id: ComponentID, storedPages: Int) {
        for page in 0..<storedPages { remove(StateKey.component(id, page: UInt32(page))) }
    }

    /// Adds a namespace's name.
    package mutating func writeNamespace(_ number: UInt32, _ name: [UInt8]) {
        put(StateKey.namespace(number), name)
    }

    /// Adds a source's name.
    package mutating func writeSource(_ number: UInt32, _ name: [UInt8]) {
        put(StateKey.source(number), name)
    }

    /// Adds what the checkpoint says of itself.
    mutating func writeHeader(_ header: PartitionHeader) {
        put(StateKey.header, header.encoded)
    }
}
