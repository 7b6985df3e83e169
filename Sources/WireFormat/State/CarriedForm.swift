internal import GraphCore
internal import IdentityModel

/// Bytes <-> what a member carries of its customer, the same in state and in messages.
///
/// What it is (1: bit 0: a customer's version follows; bit 1: that customer is live; bit 2: it is
/// untold; bit 3: a fragment follows; bit 4: a hash follows), the version (varint), the hash of the
/// profile that the customer was told to have (8), the fragment (counted).
enum CarriedForm {
    private static let hasVersion: UInt8 = 1
    private static let namesCustomer: UInt8 = 2
    private static let isUntold: UInt8 = 4
    private static let hasFragment: UInt8 = 8
    private static let hasProfile: UInt8 = 16
    private static let all = hasVersion | namesCustomer | isUntold | hasFragment | hasProfile

    static func encode(
        _ member: MemberImage, fragment: Span<UInt8>, into bytes: inout [UInt8]
    ) {
        precondition(
            member.customerVersion > 0 || !member.namesCustomer,
            "a customer that was told has a version")
        precondition(
            member.toldProfile == 0 || member.namesCustomer, "a profile is that of a live customer")
        var word: UInt8 = 0
        if member.customerVersion > 0 { word |= hasVersion }
        if member.namesCustomer { word |= namesCustomer }
        if member.isUntold { word |= isUntold }
        if !fragment.isEmpty { word |= hasFragment }
        if member.toldProfile != 0 { word |= hasProfile }
        bytes.append(word)
        if member.customerVersion > 0 { bytes.appendVarint(member.customerVersion) }
        if member.toldProfile != 0 { bytes.appendWord(member.toldProfile) }
        if !fragment.isEmpty { bytes.appendCounted(fragment) }
    }

    /// Reads what a member carries; gives where its fragment is.
    static func decode(
        _ bytes: Span<UInt8>, _ cursor: inout ByteCursor, into member: inout MemberImage
    ) throws(WireError) -> Range<Int> {
        let word = try cursor.byte(bytes)
        guard word & ~all == 0 else {
            throw WireError(.newerFormat, "a member carries what this program does not know")
        }
        if word & hasVersion != 0 {
            member.customerVersion = try cursor.varint(bytes)
            guard member.customerVersion > 0 else { throw odd }
        }
        member.namesCustomer = word & namesCustomer != 0
        member.isUntold = word & isUntold != 0
        guard !member.namesCustomer || member.customerVersion > 0 else { throw odd }
        if word & hasProfile != 0 {
            member.toldProfile = try cursor.word(bytes)
            guard member.toldProfile != 0, member.namesCustomer else { throw odd }
        }
        guard word & hasFragment != 0 else { return 0..<0 }
        let fragment = try cursor.counted(bytes)
        guard !fragment.isEmpty, fragment.count <= MessageLimits.fragmentBytes else { throw odd }
        member.fragmentCount = fragment.count
        return fragment
    }

    private static var odd: WireError {
        WireError(.damaged, "what a member carries is out of bounds")
    }
}
