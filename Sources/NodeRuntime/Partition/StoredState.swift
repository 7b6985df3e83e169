package import GraphCore
package import IdentityModel
internal import WireFormat

/// Reads the graph's entities out of a state store.
package struct StoredState<State: StatePort>: StateReader {
    private let state: State
    private let buffer = Buffer()

    /// A reader over `state`.
    package init(_ state: State) { self.state = state }

    package func readHome(
        _ key: NodeKey, into image: inout HomeImage
    ) throws(StateError) -> Bool {
        guard try fetch(StateKey.home(key)) else { return false }
        do throws(WireError) {
            let bytes = buffer.bytes
            try HomeCodec.decode(bytes.span, key: key, into: &image)
        } catch {
            throw Self.damaged("a home", error)
        }
        return true
    }

    package func readComponent(
        _ id: ComponentID, into image: inout ComponentImage
    ) throws(StateError) -> Bool {
        guard try fetch(StateKey.component(id, page: 0)) else { return false }
        do throws(WireError) {
            let bytes = buffer.bytes
            let count = try ComponentCodec.decodeFirstPage(bytes.span, id: id, into: &image)
            try readLaterPages(of: id, members: count, into: &image)
        } catch {
            throw Self.damaged("a component", error)
        }
        return true
    }

    private func readLaterPages(
        of id: ComponentID, members count: Int, into image: inout ComponentImage
    ) throws(WireError) {
        for page in 1..<max(1, ComponentImage.pageCount(members: count)) {
            do throws(StateError) {
                guard try fetch(StateKey.component(id, page: UInt32(page))) else {
                    throw StateError(.damaged, "a component has lost its page \(page)")
                }
            } catch {
                throw WireError(.damaged, error.reason)
            }
            let bytes = buffer.bytes
            try ComponentCodec.decodeLaterPage(bytes.span, into: &image)
        }
        guard image.members.count == count else {
            throw WireError(.damaged, "a component's pages do not hold all of its members")
        }
    }

    private func fetch(_ key: [UInt8]) throws(StateError) -> Bool {
        do throws(StoreFailure) {
            return try state.read(key, into: &buffer.bytes)
        } catch {
            throw StateError(error.code == .damaged ? .damaged : .unreadable, error.reason)
        }
    }

    private static func damaged(_ what: String, _ error: WireError) -> StateError {
        StateError(.damaged, "\(what) cannot be read: \(error.reason)")
    }

    /// The bytes last read, kept to be filled again.
    private final class Buffer {
        var bytes: [UInt8] = []
    }
}
