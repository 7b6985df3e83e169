/// Which identifiers share a cluster, whatever the clusters are called.
struct Partition: Equatable {
    /// Each identifier with the least of its cluster, by bytes.
    private(set) var least: [[UInt8]: [UInt8]] = [:]

    /// A partition of identifiers with the names of their clusters.
    init(_ rows: [(identifier: [UInt8], cluster: [UInt8])]) {
        var leastOf: [[UInt8]: [UInt8]] = [:]
        for row in rows {
            if let known = leastOf[row.cluster],
                known.lexicographicallyPrecedes(row.identifier)
            {
                continue
            }
            leastOf[row.cluster] = row.identifier
        }
        for row in rows { least[row.identifier] = leastOf[row.cluster] }
    }

    /// Reads `identifier,cluster`.
    init(expected csv: [UInt8]) {
        self.init(CSVText.rows(csv).dropFirst().map { ($0[0], $0[1]) })
    }

    /// Reads an export, `ns,value,customer_id`.
    init(export csv: [UInt8]) {
        self.init(
            CSVText.rows(csv).dropFirst().map { ($0[0] + [UInt8(ascii: ":")] + $0[1], $0[2]) })
    }

    /// Where `other`, which may lack identifiers that are alone, differs; nil: nowhere.
    func difference(from other: Partition) -> String? {
        for (identifier, label) in least {
            let name = String(decoding: identifier, as: UTF8.self)
            if let found = other.least[identifier] {
                guard found != label else { continue }
                return "\(name) is with \(String(decoding: found, as: UTF8.self))"
            }
            if label != identifier || clusterSize(label) > 1 { return "\(name) is absent" }
        }
        for identifier in other.least.keys where least[identifier] == nil {
            return "\(String(decoding: identifier, as: UTF8.self)) is not expected"
        }
        return nil
    }

    private func clusterSize(_ label: [UInt8]) -> Int { least.values.count { $0 == label } }
}

/// Text of comma-separated values, quoted as RFC 4180 has it.
enum CSVText {
    /// The cells of each row.
    static func rows(_ bytes: [UInt8]) -> [[[UInt8]]] {
        var rows: [[[UInt8]]] = []
        var row: [[UInt8]] = []
        var cell: [UInt8] = []
        var isQuoted = false
        var place = 0
        while place < bytes.count {
            let byte = bytes[place]
            place += 1
            if isQuoted {
                if byte != UInt8(ascii: "\"") {
                    cell.append(byte)
                } else if place < bytes.count, bytes[place] == byte {
                    cell.append(byte)
                    place += 1
                } else {
                    isQuoted = false
                }
                continue
            }
            switch byte {
            case UInt8(ascii: "\""): isQuoted = true
            case UInt8(ascii: ","):
                row.append(cell)
                cell = []
            case UInt8(ascii: "\r"): break
            case UInt8(ascii: "\n"):
                rows.append(row + [cell])
                (row, cell) = ([], [])
            default: cell.append(byte)
            }
        }
        if !row.isEmpty || !cell.isEmpty { rows.append(row + [cell]) }
        return rows
    }
}
