import IdentityModel
import ProfileCore

/// The attributes of one event on their way into a decoder's scratch.
///
/// Formats differ in how they name values; what names and values may be, and the block that they
/// become, is `AttributeBlockBuilder`'s. An event that has none has no block.
struct EventAttributes: Sendable {
    /// Names and values so far.
    var builder = AttributeBlockBuilder()
    private var block: [UInt8] = []

    /// Appends the block of what the builder holds to the scratch; where it holds nothing, `place`
    /// stays as it is.
    mutating func finish(
        into scratch: inout EventScratch, at place: inout PackedRange
    ) -> Rejected? {
        if builder.count == 0 { return nil }
        block.removeAll(keepingCapacity: true)
        if let rejected = builder.finish(to: &block) { return rejected }
        let start = scratch.count
        scratch.append(block.span, 0..<block.count)
        place = PackedRange(start..<scratch.count)
        return nil
    }

    /// The same refusal, with the name of the attribute whose value it is about.
    static func rejected(_ rejected: Rejected, _ name: [UInt8]) -> Rejected {
        let name = String(decoding: name, as: UTF8.self)
        return Rejected(rejected.reason, "attributes.\(name): \(rejected.message)")
    }
}
