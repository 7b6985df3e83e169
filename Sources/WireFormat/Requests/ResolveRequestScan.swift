internal import IdentityModel

/// The one pass over the body of a resolve request.
///
/// Known keys and words are compared as what they stand for, escapes undone.
struct ResolveRequestScan {
    /// The keys of the request and of an id that is an object, each as its bytes in one word,
    /// first byte lowest.
    private enum Key: UInt64 {
        /// `ids`
        case ids = 0x73_6469
        /// `include`
        case include = 0x65_6475_6C63_6E69
        /// `ns`
        case namespace = 0x736E
        /// `value`
        case value = 0x65_756C_6176
    }

    private static let identifiers = Array("identifiers".utf8)
    private static let identifierCount = Array("identifier_count".utf8)
    private static let profile = Array("profile".utf8)
    private static let openBrace = UInt8(ascii: "{")
    private static let closeBrace = UInt8(ascii: "}")
    private static let openBracket = UInt8(ascii: "[")
    private static let closeBracket = UInt8(ascii: "]")

    private var scanner = JSONScanner()

    /// Begins a pass over a body that is short enough and UTF-8.
    init(_ body: Span<UInt8>) throws(RequestFault) {
        guard body.count <= RequestLimits.bodyBytes else {
            throw RequestFault(
                .bodyTooLong, at: RequestLimits.bodyBytes, "at most 8 MiB are read: ask in parts")
        }
        if !ByteWord.isASCII(body) { try ResolveRequestScan.checkUTF8(body) }
        scanner.position = JSONExtent.start(of: body)
    }

    private static func checkUTF8(_ body: Span<UInt8>) throws(RequestFault) {
        do {
            _ = try UTF8Span(validating: body)
        } catch {
            throw RequestFault(
                .badUTF8, at: error.byteOffsets.lowerBound, "the body is no UTF-8 from here on")
        }
    }

    /// Reads the whole body into `request`, which is empty.
    mutating func scan(
        _ body: Span<UInt8>, into request: inout ResolveRequest
    ) throws(RequestFault) {
        scanner.skipWhiteSpace(body)
        guard scanner.peek(body) == ResolveRequestScan.openBrace else {
            throw wrongType(body, "a request is one JSON object: { is due")
        }
        var hasIDs = false
        var hasInclude = false
        var isFirst = true
        while let (key, place) = try nextKey(body, &isFirst) {
            switch key {
            case .ids:
                try refuse(hasIDs, at: place)
                hasIDs = true
                try scanIDs(body, into: &request)
            case .include:
                try refuse(hasInclude, at: place)
                hasInclude = true
                try scanInclude(body, into: &request)
            default:
                throw RequestFault(
                    .unknownKey, at: place, "a request has no keys but ids and include")
            }
        }
        guard hasIDs else { throw fault(.missingKey, "a request has the key ids, an array") }
        scanner.skipWhiteSpace(body)
        guard scanner.position == body.count else {
            throw fault(.malformedJSON, "nothing may follow the request")
        }
    }

    private mutating func scanIDs(
        _ body: Span<UInt8>, into request: inout ResolveRequest
    ) throws(RequestFault) {
        guard try openArray(body, "ids is an array: [ is due") else { return }
        repeat {
            guard request.count < RequestLimits.resolvedIDs else {
                throw fault(.tooManyIDs, "at most 1,000 ids are resolved at once: ask in parts")
            }
            try scanID(body, into: &request)
        } while try hasNextElement(body)
    }

    @inline(__always)
    private mutating func scanID(
        _ body: Span<UInt8>, into request: inout ResolveRequest
    ) throws(RequestFault) {
        switch scanner.peek(body) {
        case UInt8(ascii: "\""):
            var token = JSONToken.absent
            guard scanner.scanString(body, into: &token) else { throw stopped() }
            let start = request.text.count
            request.append(body, token)
            request.finishID(from: start)
        case ResolveRequestScan.openBrace: try scanIDObject(body, into: &request)
        default:
            throw wrongType(body, "an id is a string ns:value, or an object of ns and value")
        }
    }

    private mutating func scanIDObject(
        _ body: Span<UInt8>, into request: inout ResolveRequest
    ) throws(RequestFault) {
        let objectPlace = scanner.position
        var namespace = JSONToken.absent
        var value = JSONToken.absent
        var isFirst = true
        while let (key, place) = try nextKey(body, &isFirst) {
            switch key {
            case .namespace:
                try refuse(!namespace.isAbsent, at: place)
                namespace = try scanText(body, orInteger: false, "ns is a string")
            case .value:
                try refuse(!value.isAbsent, at: place)
                value = try scanText(body, orInteger: true, "value is a string, or an integer")
            default:
                throw RequestFault(
                    .unknownKey, at: place, "an id that is an object has no keys but ns and value")
            }
        }
        if namespace.isAbsent || value.isAbsent {
            throw RequestFault(
                .missingKey, at: objectPlace, "an id that is an object has both ns and value")
        }
        let start = request.text.count
        request.append(body, namespace)
        let length = request.text.count - start
        request.append(UInt8(ascii: ":"))
        request.append(body, value)
        request.finishID(from: start, namespaceLength: length)
    }

    /// Reads a string, or an integer where that may be.
    private mutating func scanText(
        _ body: Span<UInt8>, orInteger: Bool, _ due: StaticString
    ) throws(RequestFault) -> JSONToken {
        let place = scanner.position
        let first = scanner.peek(body)
        let isNumber = first == UInt8(ascii: "-") || first &- UInt8(ascii: "0") < 10
        guard first == UInt8(ascii: "\"") || (orInteger && isNumber) else {
            throw wrongType(body, due)
        }
        var token = JSONToken.absent
        let isValid =
            isNumber
            ? scanner.scanScalar(body, into: &token) : scanner.scanString(body, into: &token)
        guard isValid else { throw stopped() }
        if token.kind == .number { throw RequestFault(.badType, at: place, due) }
        return token
    }

    private mutating func scanInclude(
        _ body: Span<UInt8>, into request: inout ResolveRequest
    ) throws(RequestFault) {
        guard try openArray(body, "include is an array: [ is due") else { return }
        repeat {
            let place = scanner.position
            let token = try scanText(body, orInteger: false, "a word of include is a string")
            let word = meaning(body, token)
            if word.elementsEqual(ResolveRequestScan.identifiers) {
                request.insert(.identifiers)
            } else if word.elementsEqual(ResolveRequestScan.identifierCount) {
                request.insert(.identifierCount)
            } else if word.elementsEqual(ResolveRequestScan.profile) {
                request.insert(.profile)
            } else {
                throw RequestFault(
                    .unknownInclude, at: place,
                    "include knows identifiers, identifier_count and profile")
            }
        } while try hasNextElement(body)
    }

    // MARK: Parts

    /// Moves over the next key of an object, whose bracket is at the first one's place, and to its
    /// value; nil behind the object's end. An unknown key is nil itself.
    private mutating func nextKey(
        _ body: Span<UInt8>, _ isFirst: inout Bool
    ) throws(RequestFault) -> (key: Key?, place: Int)? {
        if isFirst {
            isFirst = false
            scanner.position += 1
            scanner.skipWhiteSpace(body)
            if scanner.peek(body) == ResolveRequestScan.closeBrace {
                scanner.position += 1
                return nil
            }
        } else {
            switch scanner.scanSeparator(body, close: ResolveRequestScan.closeBrace) {
            case .comma: break
            case .close: return nil
            case .fault: throw stopped()
            }
        }
        let place = scanner.position
        var token = JSONToken.absent
        guard scanner.scanKey(body, into: &token) else { throw stopped() }
        guard token.kind == .escapedString else {
            return (ByteWord.name(body, token.range).flatMap(Key.init), place)
        }
        let name = meaning(body, token)
        return (ByteWord.name(name.span, 0..<name.count).flatMap(Key.init), place)
    }

    /// Moves into an array; false if it is empty and was moved over.
    private mutating func openArray(
        _ body: Span<UInt8>, _ due: StaticString
    ) throws(RequestFault) -> Bool {
        guard scanner.peek(body) == ResolveRequestScan.openBracket else {
            throw wrongType(body, due)
        }
        scanner.position += 1
        scanner.skipWhiteSpace(body)
        guard scanner.peek(body) == ResolveRequestScan.closeBracket else { return true }
        scanner.position += 1
        return false
    }

    /// Moves to an array's next element; false behind its end.
    @inline(__always)
    private mutating func hasNextElement(_ body: Span<UInt8>) throws(RequestFault) -> Bool {
        switch scanner.scanSeparator(body, close: ResolveRequestScan.closeBracket) {
        case .comma: return true
        case .close: return false
        case .fault: throw stopped()
        }
    }

    /// What the inside of a string stands for.
    private mutating func meaning(_ body: Span<UInt8>, _ token: JSONToken) -> [UInt8] {
        var text: [UInt8] = []
        guard token.kind == .escapedString else {
            text.append(body, token.range)
            return text
        }
        text = Array(repeating: 0, count: token.range.count)
        let end = JSONText.unescape(body, token.range, into: &text, at: 0)
        text.removeSubrange(end...)
        return text
    }

    private func refuse(_ isRepeated: Bool, at place: Int) throws(RequestFault) {
        guard isRepeated else { return }
        throw RequestFault(.duplicateKey, at: place, "this key is there twice: keep one of them")
    }

    /// A fault at the next byte, where another value begins than is due, or none.
    private func wrongType(_ body: Span<UInt8>, _ due: StaticString) -> RequestFault {
        switch scanner.peek(body) {
        case UInt8(ascii: "\""), UInt8(ascii: "{"), UInt8(ascii: "["), UInt8(ascii: "-"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "n"), UInt8(ascii: "t"),
            UInt8(ascii: "f"):
            fault(.badType, due)
        default: fault(.malformedJSON, due)
        }
    }

    /// A fault at the next byte.
    private func fault(_ word: RequestFault.Word, _ explanation: StaticString) -> RequestFault {
        RequestFault(word, at: scanner.position, explanation)
    }

    /// What the scanner stopped at.
    private func stopped() -> RequestFault {
        guard let fault = scanner.fault else {
            preconditionFailure("a scanner that stops says why")
        }
        return RequestFault(fault)
    }
}
