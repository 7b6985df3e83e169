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

    static func pages(_ image: ComponentImage) -> [[UInt8]] {
        var start = ComponentCodec.PageStart()
        return (0..<ComponentImage.pageCount(members: image.members.count)).map { page in
            var bytes: [UInt8] = []
            ComponentCodec.encodePage(page, of: image, from: &start, into: &bytes)
            return bytes
        }
    }

    static func decodeComponent(
        _ pages: [[UInt8]], _ id: ComponentID
    ) throws(WireError) -> (image: ComponentImage, count: Int) {
        var image = ComponentImage()
        let first = pages[0]
        let count = try ComponentCodec.decodeFirstPage(first.span, id: id, into: &image)
        for page in pages.dropFirst() {
            try ComponentCodec.decodeLaterPage(page.span, into: &image)
        }
        return (image, count)
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

    @Test(arguments: [1, 2, 3, 511, 512, 513, 1_024, 1_025])
    func shouldReadBackComponentsInPages(count: Int) throws {
        var chance = SeededGenerator(seed: UInt64(count))
        for _ in 0..<(count < 10 ? 200 : 3) {
            let image = RandomImages.component(members: count, &chance)
            let pages = Self.pages(image)
            #expect(pages.count == (count + 511) / 512)
            let read = try Self.decodeComponent(pages, image.id)
            let isSame = read.image == image && read.count == count
            #expect(isSame)
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
            let page = Self.pages(other)[0]
            _ = try ComponentCodec.decodeFirstPage(page.span, id: other.id, into: &component)
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
            let (first, second) = (Self.encode(home), Self.pages(component)[0])
            for end in first.indices {
                #expect(throws: WireError.self) {
                    try Self.decodeHome(Array(first[..<end]), home.key)
                }
            }
            for end in second.indices {
                #expect(throws: WireError.self) {
                    try Self.decodeComponent([Array(second[..<end])], component.id)
                }
            }
            for end in header.indices {
                let cut = Array(header[..<end])
                #expect(throws: WireError.self) { try PartitionHeader(cut.span) }
            }
        }
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
            bytes = Self.pages(component)[0]
            bytes[0] = UInt8(format)
            #expect(
                Self.code { () throws(WireError) in
                    _ = try Self.decodeComponent([bytes], component.id)
                } == code)
            bytes = PartitionHeader().encoded
            bytes[0] = UInt8(format)
            #expect(
                Self.code { () throws(WireError) in _ = try PartitionHeader(bytes.span) } == code)
        }
        var rows = Self.encode(home)
        rows[1] = 1
        #expect(
            Self.code { () throws(WireError) in _ = try Self.decodeHome(rows, home.key) }
                == .newerFormat)
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
                try Self.decodeComponent(Self.pages(image), image.id)
            }
        }
    }

    @Test func shouldRefuseAPageOfTooManyOrNoMembers() {
        var page: [UInt8] = [1]
        page.appendVarint(513)
        page += [UInt8](repeating: 0, count: 513 * 22)
        var image = ComponentImage()
        #expect(throws: WireError.self) {
            try ComponentCodec.decodeLaterPage(page.span, into: &image)
        }
        let none: [UInt8] = [1, 0]
        #expect(throws: WireError.self) {
            try ComponentCodec.decodeLaterPage(none.span, into: &image)
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
        component.members[0].publishedCount = 0
        component.members[0].fragmentCount = 0
        component.members[0].edgeCount = 0
        component.values = []
        component.carried = []
        component.edges = []
        var page = Self.pages(component)[0]
        let carries = page.count - 5
        #expect(Array(page[carries...]) == [1, 1, 0, 0, 0])
        page[carries] = 2
        #expect(throws: WireError.self) { try Self.decodeComponent([page], component.id) }
    }
}
