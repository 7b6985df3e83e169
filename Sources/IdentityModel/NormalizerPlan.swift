/// A namespace's normalisation steps, packed so that the decoders carry them without an array.
///
/// A step that is named again is dropped: each step is idempotent, and no step undoes another, so
/// the first place where it stands is the only one that counts.
package struct NormalizationPlan: Equatable, Sendable {
    /// Two bits a step, the first step lowest; 0 ends the list.
    let packed: UInt8

    /// No steps: the value stays as it is.
    package static let none = NormalizationPlan([])

    /// The plan that applies `steps` in order.
    package init(_ steps: [NormalizationStep]) {
        var packed: UInt8 = 0
        var shift: UInt8 = 0
        var seen: UInt8 = 0
        for step in steps {
            let code = NormalizationPlan.code(of: step)
            if seen & (1 << code) != 0 { continue }
            seen |= 1 << code
            packed |= code << shift
            shift += 2
        }
        self.packed = packed
    }

    /// The step at the lowest place of `packed`, or nil at the list's end.
    static func step(in packed: UInt8) -> NormalizationStep? {
        switch packed & 3 {
        case 1: .trim
        case 2: .lowercase
        case 3: .e164
        default: nil
        }
    }

    private static func code(of step: NormalizationStep) -> UInt8 {
        switch step {
        case .trim: 1
        case .lowercase: 2
        case .e164: 3
        }
    }
}
