internal import GraphCore
internal import IdentityModel
internal import PartitionCore
internal import WireFormat

// The header: it decodes, and it agrees with all that was counted.
extension VerifyWalk {
    /// Reads the header.
    mutating func takeHeader(_ value: Span<UInt8>) {
        do throws(WireError) {
            header = try PartitionHeader(value)
        } catch {
            headerIsDamaged = true
            findings.add(Self.code(error), "header", error.reason)
        }
    }

    /// Holds the header against what was counted. Called when all entries were seen.
    mutating func checkHeader() {
        namespaces.check(expected: header?.namespaceCount, &findings)
        sources.check(expected: header?.sourceCount, &findings)
        guard let header else {
            if !headerIsDamaged, tally.entries > 0 {
                findings.add(
                    .headerMissing, "header",
                    "the store has \(tally.entries) entries and no header")
            }
            return
        }
        checkCounters(header.counters)
        checkDigests(header)
        checkHistory(header)
        checkMessageNumbers(header)
    }

    private mutating func checkCounters(_ counters: GraphCounters) {
        for (name, stored, counted) in [
            ("identifiers", counters.identifiers, tally.identifiers),
            ("customers", counters.customers, tally.customers),
            ("pairs", counters.pairs, tally.pairs),
            ("live links", counters.liveLinks, tally.liveLinks),
        ] where stored != counted {
            findings.add(
                .counterMismatch, "header",
                "it counts \(stored) \(name), and there are \(counted)")
        }
        if tally.lastMinted.sequence > counters.minted {
            findings.add(
                .mintedTooLow, Self.name(tally.lastMinted),
                "the header says that \(counters.minted) was minted last")
        }
    }

    private mutating func checkDigests(_ header: PartitionHeader) {
        if header.evidenceDigest != tally.evidenceDigest {
            findings.add(
                .evidenceDigestMismatch, "header",
                "it says \(header.evidenceDigest.hexadecimal), and the pairs give "
                    + tally.evidenceDigest.hexadecimal)
        }
        if header.componentDigest != tally.componentDigest {
            findings.add(
                .componentDigestMismatch, "header",
                "it says \(header.componentDigest.hexadecimal), and the components give "
                    + tally.componentDigest.hexadecimal)
        }
    }

    private mutating func checkHistory(_ header: PartitionHeader) {
        if header.logicVersion == 0 || header.logicVersion > PartitionMachine.logicVersion {
            findings.add(
                header.logicVersion == 0 ? .headerImplausible : .newerFormat, "header",
                "it asks for logic version \(header.logicVersion)")
        }
        if header.doneOffset > header.position {
            implausible("what is done runs ahead of what is folded")
        }
        if header.position == 0, header.events > 0 || tally.entries > 1 {
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
        let own = Int(settings.partition.rawValue)
        for (name, numbers) in [("sent", header.sent), ("seen", header.seen)] {
            if numbers.count > Int(UInt16.max) + 1 {
                implausible("it has \(name) more partitions' messages than there can be partitions")
            }
            if own < numbers.count, numbers[own] != 0 {
                implausible("it has \(name) messages of itself, which are never numbered")
            }
        }
    }

    private mutating func implausible(_ message: String) {
        findings.add(.headerImplausible, "header", message)
    }
}
