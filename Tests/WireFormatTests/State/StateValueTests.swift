import GraphCore
import IdentityModel
import TestSupport
import Testing
import WireFormat

@Suite("Stored values")
struct StateValueTests {
    // MARK: Forms, with their twins

    static func encode(_ image: HomeImage) -> [UInt8] {
        var bytes: [UInt8] = []
        HomeCodec.encode(image, into: &bytes)
        return bytes
    }

    static func decodeHome(_ bytes: [UInt8], _ key: NodeKey) throws(WireError) -> HomeImage {
        var image = HomeImage()
        try HomeCodec.decode(bytes.span, key: key, into: &image)
        return image
    }

    static func row(_ image: HomeImage) -> [UInt8] {
        var bytes: [UInt8] = []
        HomeCodec.encodeRow(image, into: &bytes)
        return bytes
    }

    static func encode(_ image: ComponentImage) -> [UInt8] {
        var bytes: [UInt8] = []
        ComponentCodec.encode(image, into: &bytes)
        return bytes
    }

    static func decodeComponent(
        _ bytes: [UInt8], _ id: ComponentID
    ) throws(WireError) -> ComponentImage {
        var image = ComponentImage()
        try ComponentCodec.decode(bytes.span, id: id, into: &image)
        return image
    }

    static func memberRow(_ image: ComponentImage) -> [UInt8] {
        var bytes: [UInt8] = []
        ComponentCodec.encodeMemberRow(image, into: &bytes)
        return bytes
    }

    static func row(_ edge: EdgeImage) -> [UInt8] {
        var bytes: [UInt8] = []
        ComponentCodec.encodeEdgeRow(edge, into: &bytes)
        return bytes
    }

    static func randomHeader(_ chance: inout SeededGenerator) -> PartitionHeader {
        var header = PartitionHeader()
        header.position = RandomImages.word(&chance)
        header.lastRecordChecksum = RandomImages.word(&chance)
        header.events = RandomImages.word(&chance)
        header.logicVersion = RandomImages.word(&chance)
        header.rulesVersion = RandomImages.word(&chance)
        header.doneOffset = RandomImages.word(&chance)
        header.sent = (0..<chance.below(5)).map { _ in RandomImages.word(&chance) }
        header.seen = (0..<chance.below(5)).map { _ in RandomImages.word(&chance) }
        header.counters.identifiers = RandomImages.word(&chance)
        header.counters.customers = RandomImages.word(&chance)
        header.counters.pairs = RandomImages.word(&chance)
        header.counters.liveLinks = RandomImages.word(&chance)
        header.counters.merges = RandomImages.word(&chance)
        header.counters.splits = RandomImages.word(&chance)
        header.counters.minted = RandomImages.word(&chance)
        header.evidenceDigest = Digest(first: chance.next(), second: chance.next())
        header.componentDigest = Digest(first: chance.next(), second: chance.next())
        header.namespaceCount = UInt32(truncatingIfNeeded: RandomImages.word(&chance))
        header.sourceCount = UInt32(truncatingIfNeeded: RandomImages.word(&chance))
        header.changes = RandomImages.word(&chance)
        return header
    }

    // MARK: Round trips

    @Test func shouldReadBackHomes() throws {
        var chance = SeededGenerator(seed: 1)
        for _ in 0..<TestBudget.rounds(500) {
            let image = RandomImages.home(&chance)
            let isSame = try Self.decodeHome(Self.encode(image), image.key) == image
            #expect(isSame)
        }
        var empty = HomeImage()
        empty.reset(NodeKey(high: UInt64.max, low: UInt64.max))
        #expect(try Self.decodeHome(Self.encode(empty), empty.key) == empty)
    }

    @Test(arguments: [1, 2, 3, 256, 1_024])
    func shouldReadBackComponents(count: Int) throws {
        var chance = SeededGenerator(seed: UInt64(count))
        for _ in 0..<(count < 10 ? 200 : 3) {
            let image = RandomImages.component(members: count, &chance)
            let isSame = try Self.decodeComponent(Self.encode(image), image.id) == image
            #expect(isSame)
        }
    }

    @Test func shouldReadBackHeads() throws {
        var chance = SeededGenerator(seed: 9)
        for _ in 0..<TestBudget.rounds(500) {
            let component = RandomImages.componentHead(&chance)
            #expect(try Self.decodeComponent(Self.encode(component), component.id) == component)
            let home = RandomImages.homeHead(&chance)
            #expect(try Self.decodeHome(Self.encode(home), home.key) == home)
        }
    }

    /// Rows are appended to what an image holds, one after the other.
    @Test func shouldReadBackRows() throws {
        var chance = SeededGenerator(seed: 10)
        for _ in 0..<TestBudget.rounds(200) {
            let whole = RandomImages.component(members: 1 + chance.below(4), &chance)
            var read = ComponentImage()
            read.reset(whole.id)
            var (value, fragment) = (0, 0)
            for member in whole.members {
                var image = ComponentImage()
                image.reset(whole.id)
                image.members = [member]
                image.members[0].edgeCount = 0
                let count = member.fragmentCount
                image.values = Array(whole.values[value..<value + member.valueCount])
                image.fragments = Array(whole.fragments[fragment..<fragment + count])
                value += member.valueCount
                fragment += count
                let row = Self.memberRow(image)
                try ComponentCodec.decodeMemberRow(row.span, key: member.key, into: &read)
                #expect(read.members.last == image.members[0])
            }
            #expect(read.values == whole.values && read.fragments == whole.fragments)
            for edge in whole.edges {
                let row = Self.row(edge)
                #expect(try ComponentCodec.decodeEdgeRow(row.span, to: edge.other) == edge)
            }
        }
        let rank = ComponentCodec.rankRow
        try ComponentCodec.checkRankRow(rank.span)
    }

    /// What is cut short leaves nothing of itself behind.
    @Test func shouldRefuseRowsCutAnywhere() throws {
        var chance = SeededGenerator(seed: 11)
        let whole = RandomImages.component(members: 1, &chance)
        var image = whole
        image.members[0].edgeCount = 0
        image.edges = []
        let row = Self.memberRow(image)
        var read = ComponentImage()
        for end in row.indices {
            let cut = Array(row[..<end])
            #expect(throws: WireError.self) {
                try ComponentCodec.decodeMemberRow(
                    cut.span, key: whole.members[0].key, into: &read)
            }
            #expect(read == ComponentImage())
        }
        let longer = row + [0]
        #expect(throws: WireError.self) {
            try ComponentCodec.decodeMemberRow(
                longer.span, key: whole.members[0].key, into: &read)
        }
        #expect(read == ComponentImage())
        for wrong in [[], [1], [1, 0x80], [1, 3, 0]] as [[UInt8]] {
            #expect(throws: WireError.self) {
                try ComponentCodec.decodeEdgeRow(wrong.span, to: whole.anchor)
            }
        }
        for wrong in [[], [2], [1, 0]] as [[UInt8]] {
            #expect(throws: WireError.self) { try ComponentCodec.checkRankRow(wrong.span) }
        }
    }

    @Test func shouldReadBackHeaders() throws {
        var chance = SeededGenerator(seed: 3)
        for _ in 0..<TestBudget.rounds(500) {
            let header = Self.randomHeader(&chance)
            let bytes = header.encoded
            #expect(try PartitionHeader(bytes.span) == header)
        }
        let fresh = PartitionHeader().encoded
        #expect(try PartitionHeader(fresh.span) == PartitionHeader())
    }

    /// An image that is filled again holds nothing of what it held before.
    @Test func shouldForgetWhatAnImageHeldBefore() throws {
        var chance = SeededGenerator(seed: 4)
        var home = HomeImage()
        var component = ComponentImage()
        for _ in 0..<50 {
            let image = RandomImages.home(&chance)
            let bytes = Self.encode(image)
            try HomeCodec.decode(bytes.span, key: image.key, into: &home)
            #expect(home == image)
            let other = RandomImages.component(members: 1 + chance.below(4), &chance)
            let value = Self.encode(other)
            try ComponentCodec.decode(value.span, id: other.id, into: &component)
            #expect(component == other)
        }
    }

    // MARK: Refusals

    @Test func shouldRefuseValuesCutAnywhere() {
        var chance = SeededGenerator(seed: 5)
        for _ in 0..<20 {
            let home = RandomImages.home(&chance)
            let component = RandomImages.component(members: 3, &chance)
            let header = Self.randomHeader(&chance).encoded
            let (first, second) = (Self.encode(home), Self.encode(component))
            for end in first.indices {
                #expect(throws: WireError.self) {
                    try Self.decodeHome(Array(first[..<end]), home.key)
                }
            }
            for end in second.indices {
                #expect(throws: WireError.self) {
                    try Self.decodeComponent(Array(second[..<end]), component.id)
                }
            }
            for end in header.indices {
                let cut = Array(header[..<end])
                #expect(throws: WireError.self) { try PartitionHeader(cut.span) }
            }
        }
    }

    /// Stores of before there was a feed count no changes.
    @Test func shouldReadAHeaderOfFormatOne() throws {
        var header = PartitionHeader()
        header.sourceCount = 7
        var bytes = header.encoded
        #expect(bytes.first == 3 && bytes.suffix(3) == [0, 0, 0])
        // Those of before there were rules hold none, and those before these count no changes.
        for format: UInt8 in [2, 1] {
            bytes[0] = format
            bytes.removeLast(format == 2 ? 2 : 1)
            #expect(try PartitionHeader(bytes.span) == header)
        }
        bytes[0] = 4
        let error = #expect(throws: WireError.self) { try PartitionHeader(bytes.span) }
        #expect(error?.code == .newerFormat)
    }

    @Test func shouldTellALaterFormatFromDamage() {
        var chance = SeededGenerator(seed: 6)
        let home = RandomImages.home(&chance)
        let component = RandomImages.component(members: 2, &chance)
        for (format, code) in [(0, WireError.Code.damaged), (2, .newerFormat), (255, .newerFormat)]
        {
            var bytes = Self.encode(home)
            bytes[0] = UInt8(format)
            #expect(
                Self.code { () throws(WireError) in _ = try Self.decodeHome(bytes, home.key) }
                    == code)
            bytes = Self.encode(component)
            bytes[0] = UInt8(format)
            #expect(
                Self.code { () throws(WireError) in
                    _ = try Self.decodeComponent(bytes, component.id)
                } == code)
            bytes = PartitionHeader().encoded
            bytes[0] = format == 2 ? 4 : UInt8(format)
            #expect(
                Self.code { () throws(WireError) in _ = try PartitionHeader(bytes.span) } == code)
        }
        var flagged = Self.encode(home)
        flagged[1] = 2
        #expect(
            Self.code { () throws(WireError) in _ = try Self.decodeHome(flagged, home.key) }
                == .newerFormat)
        flagged = Self.encode(component)
        flagged[1] = 5
        #expect(
            Self.code { () throws(WireError) in
                _ = try Self.decodeComponent(flagged, component.id)
            } == .newerFormat)
    }

    private static func code(_ body: () throws(WireError) -> Void) -> WireError.Code? {
        do throws(WireError) {
            try body()
            return nil
        } catch { return error.code }
    }

    @Test func shouldRefusePairsAndMembersAndEdgesOutOfOrder() {
        var chance = SeededGenerator(seed: 7)
        var home = HomeImage()
        while home.pairs.count < 2 { home = RandomImages.home(&chance) }
        let registers = home.pairs.reduce(0) { $0 + $1.registerCount }
        #expect(registers == home.registers.count)
        for pairs in [[1, 0], [0, 0]] {
            var wrong = home
            wrong.pairs = pairs.map { place in
                PairImage(
                    other: home.pairs[place].other, leastLinkTime: .never, version: 0,
                    isLive: false, registerCount: 0)
            }
            #expect(throws: WireError.self) {
                try Self.decodeHome(Self.encode(wrong), home.key)
            }
        }
        var below = home
        below.key = NodeKey(high: UInt64.max, low: 0)
        #expect(throws: WireError.self) { try Self.decodeHome(Self.encode(home), below.key) }
        let (a, b, c) = (
            NodeKey(high: 1, low: 0), NodeKey(high: 2, low: 0), NodeKey(high: 3, low: 0)
        )
        for (members, edges) in [
            ([b, a], []), ([a, a], []), ([a], [c, b]), ([a], [b, b]), ([b], [a]), ([a], [a]),
        ] {
            var image = ComponentImage()
            image.reset(ComponentID(rawValue: 1))
            image.members = members.map {
                MemberImage(
                    key: $0, version: 1, firstSeen: .minimum, namespace: 1, valueCount: 0,
                    edgeCount: $0 == members[0] ? edges.count : 0)
            }
            image.edges = edges.map { EdgeImage(other: $0, version: 1, isLive: true) }
            #expect(throws: WireError.self) {
                try Self.decodeComponent(Self.encode(image), image.id)
            }
        }
    }

    @Test func shouldRefuseAComponentOfNoMembers() {
        var image = ComponentImage()
        image.reset(ComponentID(rawValue: 1))
        #expect(throws: WireError.self) {
            try Self.decodeComponent(Self.encode(image), image.id)
        }
    }

    /// One structure has one form: what a yes or no may say is 0 or 1 only.
    @Test func shouldRefuseAThirdAnswer() throws {
        var home = HomeImage()
        home.reset(NodeKey(high: 1, low: 1))
        home.pairs = [
            PairImage(
                other: NodeKey(high: 2, low: 2), leastLinkTime: .minimum, version: 1,
                isLive: false, registerCount: 0)
        ]
        var bytes = Self.encode(home)
        let place = 2 + 1 + 1 + 1 + 16
        #expect(bytes[place] == 1)
        bytes[place] = 2
        #expect(throws: WireError.self) { try Self.decodeHome(bytes, home.key) }
        var chance = SeededGenerator(seed: 8)
        var component = RandomImages.component(members: 1, &chance)
        component.members[0].valueCount = 0
        component.members[0].customerVersion = 1
        component.members[0].namesCustomer = false
        component.members[0].isUntold = false
        component.members[0].fragmentCount = 0
        component.members[0].edgeCount = 0
        component.values = []
        component.fragments = []
        component.edges = []
        var page = Self.encode(component)
        let carries = page.count - 3
        #expect(Array(page[carries...]) == [1, 1, 0])
        // A live customer without a version, a version of nothing, an empty fragment, a later form.
        for (odd, code) in [
            ([2, 0], WireError.Code.damaged), ([1, 0, 0], .damaged), ([8, 0, 0], .damaged),
            ([32, 0], .newerFormat), ([16, 0], .damaged),
        ] as [([UInt8], WireError.Code)] {
            page.replaceSubrange(carries..., with: odd)
            let error = #expect(throws: WireError.self) {
                try Self.decodeComponent(page, component.id)
            }
            #expect(error?.code == code)
        }
    }
}
