/// Why an event was refused. The raw values are a promise to users: stable words that programs
/// count and filter by.
package enum RejectReason: String, Sendable, CaseIterable {
    /// The line is not one JSON object, or a CSV row does not parse.
    case malformedJSON = "malformed_json"
    /// `a`, or for anything but observe `b`, is absent.
    case missingEnd = "missing_end"
    /// Both ends are the same identifier after normalising.
    case selfLink = "self_link"
    /// `op` is none of the known words.
    case unknownOperation = "unknown_op"
    /// `ts` is not a time, or lies outside the years 0001 to 9999.
    case badTime = "bad_ts"
    /// There is no `ts`, and no default was asked for.
    case missingTime = "missing_ts"
    /// `ts` lies over a day ahead of the clock (HTTP and Kafka only).
    case futureTime = "future_ts"
    /// The namespace does not match `[a-z][a-z0-9_]{0,31}`, or is not named where that is required.
    case badNamespace = "bad_namespace"
    /// The value is empty after normalising.
    case emptyValue = "empty_value"
    /// The value is over 1,024 bytes after normalising.
    case valueTooLong = "value_too_long"
    /// The line is not UTF-8.
    case badUTF8 = "bad_utf8"
    /// A field has a JSON type that it may not have.
    case badType = "bad_type"
    /// One object names one key twice.
    case duplicateKey = "duplicate_key"
    /// The value does not normalise to an E.164 telephone number.
    case badPhone = "bad_phone"
    /// Arrays and objects are nested too deep.
    case tooDeep = "too_deep"
    /// The line is over 1 MiB.
    case lineTooLong = "line_too_long"
    /// More attributes than an event may carry.
    case tooManyAttributes = "too_many_attributes"
    /// An event feeds a count, sum or most-frequent rule and has no id.
    case missingID = "missing_id"
    /// A known word whose behaviour this release does not have.
    case notSupported = "not_supported"
}
