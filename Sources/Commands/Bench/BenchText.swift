internal import Foundation

/// Figures for people.
enum BenchText {
    /// Digits that a figure is told with.
    private static let digits = 4

    /// A value with four digits that count: what comes behind them differs from run to run. Whole
    /// numbers keep all of theirs.
    static func rounded(_ value: Double) -> Double {
        guard value.isFinite, value != 0, value.rounded() != value else { return value }
        let magnitude = Int(log10(abs(value)).rounded(.down))
        let shift = digits - 1 - magnitude
        guard shift > 0 else { return value.rounded() }
        let scale = pow(10, Double(shift))
        return (value * scale).rounded() / scale
    }

    /// "12.88 M", "248.1 k", "17.2", "0.611".
    static func number(_ value: Double) -> String {
        let rounded = rounded(value)
        let magnitude = abs(rounded)
        for (unit, letter) in [(1e6, "M"), (1e3, "k")] where magnitude >= max(unit, 1e5) {
            let parts = value / unit
            if parts.rounded() == parts { return "\(Int(parts)) \(letter)" }
            return String(format: "%.\(parts < 100 ? 2 : 1)f \(letter)", parts)
        }
        if magnitude >= 100 || rounded == rounded.rounded() { return grouped(rounded.rounded()) }
        let places = magnitude >= 10 ? 1 : magnitude >= 1 ? 2 : 3
        return String(format: "%.\(places)f", rounded)
    }

    private static func grouped(_ value: Double) -> String {
        let text = String(format: "%.0f", abs(value))
        var result = ""
        for (place, digit) in text.enumerated() {
            if place > 0, (text.count - place) % 3 == 0 { result.append(",") }
            result.append(digit)
        }
        return value < 0 ? "-" + result : result
    }
}
