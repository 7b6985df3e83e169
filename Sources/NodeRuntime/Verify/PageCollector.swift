internal import GraphCore
internal import IdentityModel
internal import WireFormat

/// Puts one component's pages together, and notes which are missing, damaged or beyond the last.
struct PageCollector {
    /// The component whose pages come; `none` before the first.
    private(set) var id = ComponentID.none
    /// The members and edges that could be read.
    private(set) var image = ComponentImage()
    /// How many members the first page says there are.
    private(set) var expectedMembers = 0
    /// Whether some part of the component could not be read.
    private(set) var isPartial = false
    /// Whether the first page, and so the head, could be read.
    private(set) var hasHead = false
    private var nextPage: UInt32 = 0

    /// Makes ready for another component's pages.
    mutating func start(_ next: ComponentID) {
        id = next
        image.reset(next)
        expectedMembers = 0
        isPartial = false
        hasHead = false
        nextPage = 0
    }

    /// Takes the component's next page; pages come in rising order.
    mutating func take(_ page: UInt32, _ value: Span<UInt8>, _ findings: inout FindingList) {
        guard page == 0 || hasHead else {
            // Without the head nothing says what the later pages are; said once.
            if !isPartial { notePage(.pageMissing, 0, "there are later pages", &findings) }
            isPartial = true
            return
        }
        if page > 0, Int(page) >= pageCount {
            notePage(
                .pageOrphan, page, "the component's \(expectedMembers) members need fewer pages",
                &findings)
            return
        }
        noteGap(before: page, &findings)
        nextPage = page + 1
        decode(page, value, &findings)
    }

    /// Notes what is missing at the end. Called when the component has no more pages.
    mutating func finish(_ findings: inout FindingList) {
        guard hasHead else { return }
        noteGap(before: UInt32(pageCount), &findings)
        guard !isPartial, image.members.count != expectedMembers else { return }
        findings.add(
            .memberCountMismatch, VerifyWalk.name(id),
            "its pages hold \(image.members.count) members, and its head says "
                + "\(expectedMembers)")
    }

    private var pageCount: Int { ComponentImage.pageCount(members: expectedMembers) }

    private mutating func noteGap(before page: UInt32, _ findings: inout FindingList) {
        guard page > nextPage else { return }
        isPartial = true
        notePage(.pageMissing, nextPage, "and \(page - nextPage - 1) behind it", &findings)
    }

    private mutating func decode(
        _ page: UInt32, _ value: Span<UInt8>, _ findings: inout FindingList
    ) {
        let before = (
            members: image.members.count, values: image.values.count,
            carried: image.carried.count, edges: image.edges.count
        )
        do throws(WireError) {
            if page == 0 {
                expectedMembers = try ComponentCodec.decodeFirstPage(value, id: id, into: &image)
                hasHead = true
            } else {
                try ComponentCodec.decodeLaterPage(value, into: &image)
            }
        } catch {
            isPartial = true
            image.members.removeSubrange(before.members...)
            image.values.removeSubrange(before.values...)
            image.carried.removeSubrange(before.carried...)
            image.edges.removeSubrange(before.edges...)
            notePage(VerifyWalk.code(error), page, error.reason, &findings)
        }
    }

    private func notePage(
        _ code: VerifyFinding.Code, _ page: UInt32, _ message: String,
        _ findings: inout FindingList
    ) {
        findings.add(code, "\(VerifyWalk.name(id)) page \(page)", message)
    }
}
