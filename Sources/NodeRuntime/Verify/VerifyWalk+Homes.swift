internal import GraphCore
internal import IdentityModel
internal import WireFormat

// Homes: what was said of each pair, and what follows from it.
extension VerifyWalk {
    /// What the registers of one pair say together.
    private struct Verdict {
        var isLinked = false
        var isBanned = false
        /// Whether any source ever linked or unlinked the pair.
        var hasLinkWord = false
        /// The least time of a register that says link.
        var leastLink = EventTime.never
        /// live = some source says link, and none says ban.
        var isLive: Bool { isLinked && !isBanned }
    }

    /// Takes a node's home. That its pairs are canonical and in order is the codec's to refuse.
    mutating func takeHome(_ node: NodeKey, _ value: Span<UInt8>) {
        finishHome()
        do throws(WireError) {
            try HomeCodec.decode(value, key: node, into: &home)
        } catch {
            findings.add(Self.code(error), "home of \(Self.name(node))", error.reason)
            evidence.appendNode(node, component: .none, version: 0, marks: .isUndecoded)
            return
        }
        evidence.appendNode(node, component: home.component, version: home.version)
        if partitionCount > 1, PartitionID.home(of: node, among: partitionCount) != partition {
            findings.add(
                .unknownKey, "home of \(Self.name(node))",
                "it is not the home of partition \(partition.rawValue)")
        }
        if home.version != 0 { part.tally.identifiers += 1 }
        let count = home.isInRows ? home.pairCount : home.pairs.count
        if home.isInRows != (count > GraphLimits.standard.inlinePairs) {
            findings.add(
                .homeFormMismatch, "home of \(Self.name(node))",
                "it has \(count) pairs and is \(home.isInRows ? "" : "not ")in rows")
        }
        if home.isInRows { homeRows = HomeRows(expected: home.pairCount) }
        takePairs()
    }

    /// Takes the row of a pair, which comes behind its home.
    mutating func takePair(_ a: NodeKey, _ b: NodeKey, _ value: Span<UInt8>) {
        let isUndecoded = evidence.nodes.last?.marks.contains(.isUndecoded) ?? false
        guard evidence.keys.last == a, homeRows != nil || isUndecoded else {
            findings.add(.pairOrphan, Self.name(a, b), "its lesser end has no home in rows")
            return
        }
        // Without the head nothing is said of the rows.
        guard homeRows != nil else { return }
        homeRows?.count += 1
        home.reset(a)
        do throws(WireError) {
            try HomeCodec.decodeRow(value, other: b, into: &home)
        } catch {
            findings.add(Self.code(error), Self.name(a, b), error.reason)
            evidence.nodes[evidence.nodes.count - 1].marks.insert(.isUndecoded)
            return
        }
        takePairs()
    }

    /// Notes where a home in rows has not as many as it should. Called when no more of them come.
    mutating func finishHome() {
        defer { homeRows = nil }
        guard let rows = homeRows, rows.count != rows.expected, let node = evidence.keys.last
        else { return }
        findings.add(
            .pairCountMismatch, "home of \(Self.name(node))",
            "it has rows of \(rows.count) pairs, and its head says \(rows.expected)")
    }

    /// Takes the pairs that `home` holds.
    private mutating func takePairs() {
        var register = 0
        var reason = 0
        for pair in home.pairs.indices {
            let end = register + home.pairs[pair].registerCount
            let verdict = judge(pair, register..<end, reasonsFrom: &reason)
            check(home.pairs[pair], verdict)
            register = end
        }
    }

    /// Folds a pair's registers into one verdict and into the digest.
    private mutating func judge(
        _ pair: Int, _ registers: Range<Int>, reasonsFrom start: inout Int
    ) -> Verdict {
        let (a, b) = (home.key, home.pairs[pair].other)
        var verdict = Verdict()
        var last: (source: UInt32, kind: UInt8)?
        for index in registers {
            let register = home.registers[index]
            guard let kind = register.operation.registerKind else { continue }
            let place = (source: register.source, kind: kind.rawValue)
            if let last, last >= place {
                findings.add(
                    .registersUnordered, Self.name(a, b),
                    "a register of source \(register.source) is out of order, or stands twice")
            }
            last = place
            checkTime(register.time, Self.name(a, b))
            verdict.isLinked = verdict.isLinked || register.operation == .link
            verdict.isBanned = verdict.isBanned || register.operation == .ban
            verdict.hasLinkWord = verdict.hasLinkWord || kind == .link
            if register.operation == .link {
                verdict.leastLink = min(verdict.leastLink, register.time)
            }
            part.tally.evidenceDigest += EvidenceDigest.register(
                a, b, sourceHash: sourceHash(register.source, a, b),
                operation: register.operation, time: register.time,
                reasonHash: reasonHash(register.reasonCount, &start))
        }
        return verdict
    }

    private mutating func sourceHash(_ number: UInt32, _ a: NodeKey, _ b: NodeKey) -> UInt64 {
        if let place = part.sources.index(of: number) { return part.sources[place].hash }
        findings.add(.sourceUnknown, Self.name(a, b), "source \(number) has no name")
        return 0
    }

    private func reasonHash(_ count: Int, _ start: inout Int) -> UInt64 {
        guard count > 0 else { return 0 }
        defer { start += count }
        return EvidenceDigest.reason(Array(home.reasons[start..<start + count]))
    }

    /// Holds what is stored of a pair against what its registers say, and keeps it.
    private mutating func check(_ pair: PairImage, _ verdict: Verdict) {
        let (a, b, isLive) = (home.key, pair.other, verdict.isLive)
        part.tally.pairs += 1
        if isLive { part.tally.liveLinks += 1 }
        if pair.registerCount == 0 {
            findings.add(.pairEmpty, Self.name(a, b), "no source says anything of it")
        }
        if pair.isLive != isLive {
            findings.add(
                .livenessMismatch, Self.name(a, b),
                "its registers make it \(isLive ? "live" : "dead"), and it is stored as "
                    + (pair.isLive ? "live" : "dead"))
        }
        if (pair.version & 1 == 1) != isLive {
            findings.add(
                .pairVersionMismatch, Self.name(a, b),
                "it is \(isLive ? "live" : "dead") and has turned \(pair.version) times")
        }
        checkLeastLinkTime(pair, verdict)
        if pair.leastLinkTime != .never {
            part.tally.evidenceDigest += EvidenceDigest.leastLinkTime(a, b, pair.leastLinkTime)
        }
        guard isLive || pair.version != 0 || pair.leastLinkTime != .never else { return }
        evidence.appendPair(
            b, version: pair.version, isLive: isLive, linkTime: pair.leastLinkTime)
    }

    private mutating func checkLeastLinkTime(_ pair: PairImage, _ verdict: Verdict) {
        let (a, b) = (home.key, pair.other)
        let message: String
        if pair.leastLinkTime == .never {
            guard verdict.isLinked || pair.version != 0 else { return }
            message = "it was linked and has no least link time"
        } else {
            checkTime(pair.leastLinkTime, Self.name(a, b))
            if !verdict.hasLinkWord {
                message = "it has a least link time, and no source ever linked it"
            } else if pair.leastLinkTime > verdict.leastLink {
                message = "its least link time is later than a link"
            } else {
                return
            }
        }
        findings.add(.leastLinkTimeMismatch, Self.name(a, b), message)
    }

    /// Notes a time that no event may have.
    @inline(__always)
    mutating func checkTime(_ time: EventTime, _ subject: @autoclosure () -> String) {
        guard time < .minimum || time > .maximum else { return }
        findings.add(
            .timeOutOfRange, subject(),
            "\(time.milliseconds) ms is outside the years 1 to 9999")
    }

    // MARK: When all homes are known

    /// Makes one set of each live pair's ends, and hands each pair's least link time to its ends.
    mutating func joinPairs() {
        isJoined = true
        finishHome()
        evidence.buildIndex()
        for node in evidence.nodes.indices {
            for pair in evidence.pairs(of: node) {
                let other = evidence.find(evidence.others[pair])
                let time = evidence.linkTimes[pair]
                if time != .never {
                    checkEnd(node, evidence.keys[node])
                    checkEnd(other, evidence.others[pair])
                    evidence.noteLink(of: node, at: time)
                    if let other { evidence.noteLink(of: other, at: time) }
                }
                if evidence.isLive[pair], let other { evidence.join(node, other) }
            }
        }
        evidence.forgetLinkTimes()
    }

    /// An end of a linked pair exists as an identifier.
    private mutating func checkEnd(_ node: Int?, _ key: NodeKey) {
        if let node {
            let exists =
                evidence.nodes[node].version != 0
                || evidence.nodes[node].marks.contains(.isUndecoded)
            guard !exists else { return }
        }
        findings.add(
            .endMissing, Self.name(key),
            "a pair of it was linked, and it does not exist as an identifier")
    }
}
