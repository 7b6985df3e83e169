internal import GraphCore
internal import IdentityModel
internal import WireFormat

enum StoredTransit {
    static func read(_ state: some StatePort) throws(StoreFailure) -> TransitState { TransitState() }
}
