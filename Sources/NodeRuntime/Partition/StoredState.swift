package import GraphCore
package import IdentityModel
internal import WireFormat

/// Reads the graph's entities out of a state store.
package struct StoredState<State: StatePort>: StateReader {
    private let state: State
    private let buffer = Buffer()

    /// A reader over `state`.
    package init(_ state: State) { self.state = state }

    /// Fills `image` with the stored home of `key` and says whether there is one.
    package func readHome(
        _ key: NodeKey, into image: inout HomeImage
    ) throws(StateError) -> Bool {
        guard try fetch(StateKey.home(key)) else { return false }
        do throws(WireError) {
            let bytes = buffer.bytes
            try HomeCodec.decode(bytes.span, key: key, into: &image)
        } catch {
            throw Self.failure("a home", error)
        }
        return true
    }

    /// Fills `image` with all stored pages of a component and says whether there are any.
    package func readComponent(
        _ id: ComponentID, into image: inout ComponentImage
    ) throws(StateError) -> Bool {
        guard try fetch(StateKey.component(id, page: 0)) else { return false }
        var count = 0
        do throws(WireError) {
            let bytes = buffer.bytes
            count = try ComponentCodec.decodeFirstPage(bytes.span, id: id, into: &image)
        } catch {
            throw Self.failure("a component", error)
        }
        for page in 1..<ComponentImage.pageCount(members: count) {
            try readLaterPage(page, of: id, into: &image)
        }
        guard image.members.count == count else {
            throw StateError(.damaged, "a component's pages do not hold all of its members")
        }
        return true
    }

    private func readLaterPage(
        _ page: Int, of id: ComponentID, into image: inout ComponentImage
    ) throws(StateError) {
        guard try fetch(StateKey.component(id, page: UInt32(page))) else {
            throw StateError(.damaged, "a component has lost its page \(page)")
        }
        do throws(WireError) {
            let bytes = buffer.bytes
            try ComponentCodec.decodeLaterPage(bytes.span, into: &image)
        } catch {
            throw Self.failure("a component", error)
        }
    }

    private func fetch(_ key: [UInt8]) throws(StateError) -> Bool {
        do throws(StoreFailure) {
            return try state.read(key, into: &buffer.bytes)
        } catch {
            throw StateError(error.code == .damaged ? .damaged : .unreadable, error.reason)
        }
    }

    private static func failure(_ what: String, _ error: WireError) -> StateError {
        StateError(
            error.code == .newerFormat ? .newerFormat : .damaged,
            "\(what) cannot be read: \(error.reason)")
    }

    /// The bytes last read, kept to be filled again.
    private final class Buffer {
        var bytes: [UInt8] = []
    }
}
