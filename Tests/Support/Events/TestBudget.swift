internal import Glibc

/// How long random tests run: short on every build, long at night.
package enum TestBudget {
    /// Whether `KINDRED_NIGHTLY=1` asks for the long form.
    package static let isNightly = variable("KINDRED_NIGHTLY") == "1"

    /// So many rounds; twenty times as many at night.
    package static func rounds(_ count: Int) -> Int { isNightly ? count * 20 : count }

    /// An environment variable's value.
    package static func variable(_ name: String) -> String? {
        // unsafe: getenv's text is copied at once; tests set no variables.
        getenv(name).map { String(cString: $0) }
    }
}
