package import GraphCore
package import IdentityModel
internal import WireFormat

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
