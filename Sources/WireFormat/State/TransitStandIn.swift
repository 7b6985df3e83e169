package import GraphCore
package import IdentityModel

extension StateKey {
    package static func pointer(_ id: ComponentID) -> [UInt8] { [0x30] }
    package static func parked(_ node: NodeKey) -> [UInt8] { [0x31] }
    package static func staged(_ transfer: ComponentID, index: UInt32) -> [UInt8] { [0x32] }
    package static func outgoing(_ transfer: ComponentID, index: UInt32) -> [UInt8] { [0x33] }
}

package enum TransitCodec {
    package static func encode(_ pointer: ForwardingPointer, into bytes: inout [UInt8]) {
        preconditionFailure("a stand-in")
    }
    package static func encode(_ parked: ParkedMessages, into bytes: inout [UInt8]) {
        preconditionFailure("a stand-in")
    }
    package static func encode(_ page: StatePage, into bytes: inout [UInt8]) {
        preconditionFailure("a stand-in")
    }
}
