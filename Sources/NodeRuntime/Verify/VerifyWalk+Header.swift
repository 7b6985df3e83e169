internal import GraphCore
internal import IdentityModel
internal import PartitionCore
internal import WireFormat

// The header: it decodes, and it agrees with all that was counted.
extension VerifyWalk {
    /// Reads the header.
    mutating func takeHeader(_ value: Span<UInt8>) {
        do throws(WireError) {
            part.header = try PartitionHeader(value)
        } catch {
            part.headerIsDamaged = true
            findings.add(Self.code(error), "header", error.reason)
        }
    }

    /// Holds the header against what was counted. Called when all entries were seen.
    mutating func checkHeader() {
        part.namespaces.check(expected: part.header?.namespaceCount, &findings)
        part.sources.check(expected: part.header?.sourceCount, &findings)
        guard let header = part.header else {
            if !part.headerIsDamaged, part.tally.entries > 0 {
                findings.add(
                    .headerMissing, "header",
                    "the store has \(part.tally.entries) entries and no header")
            }
            return
        }
        checkCounters(header.counters)
        checkDigests(header)
        checkHistory(header)
        checkMessageNumbers(header)
    }

    /// Customers that the partition hosts. Where there is one, the evidence says how many.
    private var customersHere: UInt64 {
        partitionCount == 1 ? customers : part.tally.components
    }

    private mutating func checkCounters(_ counters: GraphCounters) {
        for (name, stored, counted) in [
            ("identifiers", counters.identifiers, part.tally.identifiers),
            ("customers", counters.customers, customersHere),
            ("pairs", counters.pairs, part.tally.pairs),
            ("live links", counters.liveLinks, part.tally.liveLinks),
        ] where stored != counted {
            findings.add(
                .counterMismatch, "header",
                "it counts \(stored) \(name), and there are \(counted)")
        }
        if part.tally.lastMinted.sequence > counters.minted {
            findings.add(
                .mintedTooLow, Self.name(part.tally.lastMinted),
                "the header says that \(counters.minted) was minted last")
        }
    }

    private mutating func checkDigests(_ header: PartitionHeader) {
        if header.evidenceDigest != part.tally.evidenceDigest {
            findings.add(
                .evidenceDigestMismatch, "header",
                "it says \(header.evidenceDigest.hexadecimal), and the pairs give "
                    + part.tally.evidenceDigest.hexadecimal)
        }
        if header.componentDigest != part.tally.componentDigest {
            findings.add(
                .componentDigestMismatch, "header",
                "it says \(header.componentDigest.hexadecimal), and the components give "
                    + part.tally.componentDigest.hexadecimal)
        }
    }

    private mutating func checkHistory(_ header: PartitionHeader) {
        if !PartitionMachine.knownLogic.contains(header.logicVersion) {
            findings.add(
                header.logicVersion == 0 ? .headerImplausible : .newerFormat, "header",
                "it is at version \(header.logicVersion) of the logic")
        }
        if header.doneOffset > header.position {
            implausible("what is done runs ahead of what is folded")
        }
        if header.position == 0, header.events > 0 || part.tally.entries > 1 {
            implausible("there is state, and nothing was folded")
        }
        // A component is minted for a new identifier and by a split, and goes by a merge. With
        // several partitions they also come and go by messages.
        guard header.sent.isEmpty, header.seen.isEmpty else { return }
        let counters = header.counters
        if counters.minted != counters.identifiers &+ counters.splits {
            implausible("the components minted are not identifiers and splits together")
        }
        if counters.minted != counters.customers &+ counters.merges {
            implausible("the components minted are not customers and merges together")
        }
    }

    private mutating func checkMessageNumbers(_ header: PartitionHeader) {
        let own = Int(partition.rawValue)
        for (name, numbers) in [("sent", header.sent), ("seen", header.seen)] {
            if numbers.count > partitionCount {
                implausible("it has \(name) more partitions' messages than there are partitions")
            }
            if own < numbers.count, numbers[own] != 0 {
                implausible("it has \(name) messages of itself, which are never numbered")
            }
        }
    }

    /// At rest each partition has applied all that another one has sent to it.
    mutating func checkArrivals(_ headers: [PartitionHeader?]) {
        guard partitionCount > 1 else { return }
        for sender in headers.indices {
            for receiver in headers.indices where receiver != sender {
                let sent = Self.number(receiver, headers[sender]?.sent)
                let seen = Self.number(sender, headers[receiver]?.seen)
                guard sent != seen else { continue }
                implausible(
                    "partition \(sender) has sent \(sent) deliveries to partition \(receiver), "
                        + "which has applied \(seen)")
            }
        }
    }

    private static func number(_ place: Int, _ numbers: [UInt64]?) -> UInt64 {
        guard let numbers, place < numbers.count else { return 0 }
        return numbers[place]
    }

    private mutating func implausible(_ message: String) {
        findings.add(.headerImplausible, "header", message)
    }
}
