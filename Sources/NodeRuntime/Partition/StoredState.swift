package import GraphCore
package import IdentityModel
internal import WireFormat

/// Reads the graph's entities out of a state store.
package struct StoredState<State: StatePort>: StateReader {
    let state: State
    let buffer = Buffer()

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

    /// Fills `image` with the stored component, or the head of one in rows, and says whether there
    /// is one.
    package func readComponent(
        _ id: ComponentID, into image: inout ComponentImage
    ) throws(StateError) -> Bool {
        guard try fetch(StateKey.component(id)) else { return false }
        do throws(WireError) {
            let bytes = buffer.bytes
            try ComponentCodec.decode(bytes.span, id: id, into: &image)
        } catch {
            throw Self.failure("a component", error)
        }
        return true
    }

    func fetch(_ key: [UInt8]) throws(StateError) -> Bool {
        do throws(StoreFailure) {
            return try state.read(key, into: &buffer.bytes)
        } catch {
            throw StateError(error.code == .damaged ? .damaged : .unreadable, error.reason)
        }
    }

    static func failure(_ what: String, _ error: WireError) -> StateError {
        StateError(
            error.code == .newerFormat ? .newerFormat : .damaged,
            "\(what) cannot be read: \(error.reason)")
    }

    /// The bytes last read, kept to be filled again.
    final class Buffer {
        var bytes: [UInt8] = []
    }
}
