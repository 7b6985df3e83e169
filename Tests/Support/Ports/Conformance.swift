/// What a port does not keep of its contract.
package struct ConformanceFailure: Error, CustomStringConvertible {
    /// One sentence.
    package let description: String
}

func require(_ condition: Bool, _ sentence: String) throws {
    if !condition { throw ConformanceFailure(description: sentence) }
}
