import Foundation

/// What a node answers, as it writes it.
enum CannedAnswers {
    static let one = String(repeating: "1", count: 32)
    static let other = String(repeating: "2", count: 32)
    static let position = #""position":{"partition":0,"offset":17}"#
    static let link =
        #"{"a":"email:a@x","b":"cookie:1","live":true,"first_linked":"1970-01-01T00:00:01.000Z","#
        + #""evidence":[{"source":"web","op":"link","ts":"1970-01-01T00:00:01.000Z"}]}"#
    static let cursor = "l"

    static let resolved =
        #"{"id":"other words","customer_id":"\#(one)","identifiers":["email:a@x"],"#
        + #""identifier_count":1,"later":{"unknown":[1]},\#(position)}"#
    static let component =
        #"{"id":"\#(one)","customer_id":"\#(one)","identifier_count":2,"bridge_count":1,"#
        + #""members":[{"id":"email:a@x","first_seen":"1970-01-01T00:00:01.000Z","anchor":true}],"#
        + #""links":[\#(link)],"next_cursor":"\#(cursor)",\#(position)}"#
    static let explained =
        #"{"a":"email:a@x","b":"cookie:1","same":true,"customer_id":"\#(one)","#
        + #""path":["email:a@x","cookie:1"],"links":[\#(link)],"link_count":5,"#
        + #""remaining_link_count":4,"next_cursor":"s\#(other)",\#(position)}"#
    static let top =
        #"{"customers":[{"customer_id":"\#(one)","identifier_count":12,"identifier":"email:***","#
        + #""masked":true}],\#(position)}"#
    static let stats =
        #"{"customers":1,"identifiers":2,"links":3,"pairs":4,"events":5,"merges":6,"splits":7,"#
        + #""memory_bytes":8,"disk_bytes":9,"tail_records":10,"opening_seconds":0.5,"#
        + #""key_fingerprint":"00ff","digest":"\#(other)","positions":{"0":17}}"#
    static let effect =
        #"{"accepted":1,"rejected":[],"positions":{"0":18},"effect":{"op":"link","#
        + #""a":"email:a@x","b":"cookie:1","dry_run":false,"before":["\#(one)",null],"#
        + #""after":["\#(one)","\#(one)"],"same":true,"linked_by":["desk"],"banned_by":[],"#
        + #""path":["email:a@x","cookie:1"],"links":[\#(link)],"link_count":1,\#(position)}}"#
    static let backup =
        #"{"id":3,"bytes":4096,"added_bytes":1024,"seconds":0.25}"#

    /// A line's text that JSON must escape.
    static let quote = "\"\\"

    /// An object of JSON on one line, its members in order: as commands print it.
    static func sorted(_ text: String) -> String {
        let object = try? JSONSerialization.jsonObject(with: Data(text.utf8))
        let data = object.flatMap {
            try? JSONSerialization.data(withJSONObject: $0, options: [.sortedKeys])
        }
        return String(decoding: data ?? Data(), as: UTF8.self)
    }
}
