internal import Foundation
internal import NodeRuntime

/// How much memory the process may use.
enum MemoryText {
    private static let units = [
        ("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30), ("TiB", 1 << 40), ("B", 1),
    ]

    /// A quarter of the machine's memory.
    static var standard: MemoryBudget {
        MemoryBudget(totalBytes: Int(ProcessInfo.processInfo.physicalMemory / 4))
    }

    /// Reads "64MiB", "2GiB" or bytes; a fraction is fine ("1.5GiB").
    ///
    /// - Throws: `SettingFault` for anything else, and for less than a process can do with.
    static func parse(_ text: String) throws(SettingFault) -> MemoryBudget {
        let unit = units.first { text.hasSuffix($0.0) } ?? ("", 1)
        let number = text.dropLast(unit.0.count)
        guard number.allSatisfy({ $0.isASCII && ($0.isNumber || $0 == ".") }),
            let count = Double(number), count * Double(unit.1) < Double(1 << 46)
        else {
            throw SettingFault(
                text, isNo: "size of memory", give: "512MiB, 2GiB or the like, or bytes")
        }
        let bytes = Int(count * Double(unit.1))
        guard bytes >= MemoryBudget.minimumBytes else {
            throw SettingFault(
                message: "it must be at least "
                    + ByteText.print(UInt64(MemoryBudget.minimumBytes)))
        }
        return MemoryBudget(totalBytes: bytes)
    }
}
