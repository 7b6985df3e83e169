/// Why two identifiers are one customer: each step and what was said of it; of a very long path a
/// part. It comes as a part of other answers.
package struct PathAnswer: Equatable, Sendable {
    /// The identifiers on the path, both ends included; of a part, those of its links.
    package let identifiers: [String]
    /// The links between them, one fewer.
    package let links: [LinkAnswer]
    /// How many links the whole path has.
    package let linkCount: Int
    /// How many links follow this part.
    package let remaining: Int
    /// Where the next part starts; nil behind the last.
    package let next: Cursor?
}
