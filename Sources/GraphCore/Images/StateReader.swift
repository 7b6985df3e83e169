package import IdentityModel

/// Where the graph reads what it lacks in memory. The only thing that a step may ask of the world.
///
/// An error discards the machine: it is opened again from its last checkpoint.
package protocol StateReader {
    /// Fills `image` with what the store holds of `key`'s home and says whether it holds any.
    func readHome(_ key: NodeKey, into image: inout HomeImage) throws(StateError) -> Bool
    /// Fills `image` with the component and says whether the store holds it.
    func readComponent(
        _ id: ComponentID, into image: inout ComponentImage
    ) throws(StateError) -> Bool
}

/// Where a checkpoint's changes go, in no particular order, each entity once.
package protocol StateWriter {
    /// What the home of a node keeps now.
    mutating func writeHome(_ image: HomeImage)
    /// What a component is now. `storedPages` is how many pages the store holds of it from before.
    mutating func writeComponent(_ image: ComponentImage, storedPages: Int)
    /// A component that is no more, with the number of its pages in the store.
    mutating func removeComponent(_ id: ComponentID, storedPages: Int)
    /// The name behind a namespace's number.
    mutating func writeNamespace(_ number: UInt32, _ name: [UInt8])
    /// The name behind a source's number.
    mutating func writeSource(_ number: UInt32, _ name: [UInt8])
}

/// Why the graph could not read its state.
package struct StateError: Error, Equatable, Sendable {
    /// What went wrong.
    package enum Code: Sendable {
        /// The store could not be read.
        case unreadable
        /// What the store holds contradicts itself.
        case damaged
        /// What the store holds is of a later format than this program reads.
        case newerFormat
    }

    /// What went wrong.
    package let code: Code
    /// One sentence for a person; names no identifier.
    package let reason: String

    /// An error with its sentence.
    package init(_ code: Code, _ reason: String) {
        self.code = code
        self.reason = reason
    }
}
