/// Which bytes of a snapshot another node asks for.
package struct SnapshotPiece: Equatable, Sendable {
    /// The snapshot, as its manifest's checksum names it.
    package let id: String
    /// One of its files.
    package let file: String
    /// Where in the file they begin.
    package let offset: UInt64

    /// Bytes of these.
    package init(id: String, file: String, offset: UInt64) {
        self.id = id
        self.file = file
        self.offset = offset
    }
}
