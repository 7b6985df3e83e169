import Foundation
import Testing

/// What a store is made with, and may not be given later.
@Suite("Command line: the store's making", .atOneAndThreePartitions)
struct CommandLineStoreTests {
    private static let key = "000102030405060708090a0b0c0d0e0f"
    private static let event = #"{"a":"email: A@X ","b":"loyalty:1","ts":1}"#

    @Test func shouldFindTheDataFolder() throws {
        let test = try TestStore()
        try test.json("link", "a:1", "b:1", "--source", "x")
        #expect(test.exists(test.data + "/store.json"))
        try test.json("link", "a:1", "b:1", "--source", "x", "--data", "given")
        #expect(test.exists(test.folder + "/given/store.json"))
        let none = try test.run(
            ["link", "a:1", "b:1", "--source", "x"], environment: ["KINDRED_DATA": ""])
        #expect(none.status == 0)
        #expect(test.exists(test.folder + "/kindred-data/store.json"))
        #expect(try test.run("stats", "--data", "").status == 2)
    }

    /// Foundation's paths trap on a name of one character.
    @Test(arguments: ["d", "d/", "./d", "d/e/f", "d//e/", "../d", "$PWD//d"])
    func shouldMakeTheFolderHoweverItIsNamed(_ name: String) throws {
        let test = try TestStore()
        let done = try test.shell(
            """
            mkdir below && cd below && kindred link a:1 b:1 --source x --data "\(name)" &&
                kindred export --data "\(name)" --output o && ls "\(name)/store.json"
            """)
        #expect(done.status == 0, "\(done.errors)")
    }

    @Test func shouldKeepTheKeyForItsOwner() throws {
        let test = try TestStore()
        try test.json("link", "a:1", "b:1", "--source", "x")
        #expect(try test.mode(test.data + "/node-key") == 0o600)
        let text = String(decoding: try test.read(test.data + "/node-key"), as: UTF8.self)
        #expect(text.utf8.count == 33 && text.hasSuffix("\n"))
        try test.json("link", "a:1", "b:1", "--source", "x", "--data", "other")
        #expect(try test.read(test.folder + "/other/node-key") != Array(text.utf8))
    }

    /// The id is SipHash-2-4-128 of "loyalty:1" under the key 00…0f, as a short program of its own
    /// gives it, which gives the published vectors of SipHash too.
    @Test func shouldNameCustomersByTheKeyedHash() throws {
        let test = try TestStore()
        let key = try test.write("key", Self.key)
        let event = #"{"op":"observe","a":"loyalty:1","ts":1}"#
        try test.json("replay", "-", "--key-file", key, input: event)
        #expect(try test.customer(of: "loyalty:1") == "7c81903a8ae2607795f9ea7b95f1c4b2")
    }

    @Test func shouldTakeAKeyAtCreationAndNoOtherLater() throws {
        let test = try TestStore()
        let key = try test.write("key", Self.key + "\n")
        try test.json("replay", "-", "--key-file", key, input: Self.event)
        #expect(try test.read(test.data + "/node-key") == Array((Self.key + "\n").utf8))
        #expect(try test.run("replay", "-", "--key-file", key, input: Self.event).status == 0)
        let other = try test.write("other", String(Self.key.reversed()))
        let digest = try test.digest()
        let done = try test.run("replay", "-", "--key-file", other, input: Self.event)
        #expect(done.status == 3 && done.errors.contains("another key"))
        #expect(try test.digest() == digest)
    }

    @Test(arguments: ["", "zz", "000102030405060708090a0b0c0d0e0f00", "00 01"])
    func shouldRefuseAKeyFileThatHoldsNoKey(_ content: String) throws {
        let test = try TestStore()
        let key = try test.write("key", content)
        let done = try test.run("replay", "-", "--key-file", key, input: Self.event)
        #expect(done.status == 3 && done.errors.contains("32 hexadecimal digits"))
        #expect(!test.exists(test.data))
        let absent = try test.run("replay", "-", "--key-file", "absent", input: Self.event)
        #expect(absent.status == 3 && absent.errors.contains("absent"))
    }

    @Test func shouldNormalizeAndRankByTheNamespaces() throws {
        let test = try TestStore()
        let table = try test.write(
            "n.yaml",
            """
            strict: false
            namespaces:
              - {name: loyalty, priority: 10, normalize: [trim]}
              - {name: email, priority: 20, normalize: [trim, lowercase], sensitive: true}
              - {name: phone, priority: 30, normalize: [e164]}
            """)
        try test.json("replay", "-", "--namespaces", table, input: Self.event)
        let answer = try test.json("resolve", "email:a@x")
        #expect(try answer["identifiers"].strings == ["loyalty:1", "email:a@x"])
        let anchor = try test.json("component", "email:A@X")["members"][0]
        #expect(try anchor["id"].string == "loyalty:1")
        #expect(anchor["anchor"] == .bool(true))
        #expect(try test.run("link", "phone:call me", "a:1", "--source", "x").status == 2)
    }

    @Test func shouldTakeMoreNamesLaterAndNoChange() throws {
        let test = try TestStore()
        func table(_ text: String) throws -> String {
            try test.write("n.yaml", "namespaces: [\(text)]")
        }
        let email = "{name: email, priority: 20, normalize: [trim, lowercase]}"
        let fresh = "{name: fresh, priority: 1, normalize: [lowercase]}"
        try test.json("replay", "-", "--namespaces", table(email), input: Self.event)
        let digest = try test.digest()
        let more = try table("\(fresh), \(email)")
        try test.json("replay", "-", "--namespaces", more, input: Self.event)
        #expect(try test.digest() == digest)
        try test.json("link", "fresh:ABC", "email:a@x", "--source", "x")
        let anchor = try test.json("component", "email:a@x")["members"][0]
        #expect(try anchor["id"].string == "fresh:abc")
        #expect(try test.run("verify").status == 0)
        for changed in [
            email, "\(fresh), {name: email, priority: 21, normalize: [trim, lowercase]}",
            "\(fresh), {name: email, priority: 20, normalize: [lowercase, trim]}",
            "\(fresh), {name: email, priority: 20}",
        ] {
            let done = try test.run("replay", "-", "--namespaces", try table(changed))
            #expect(done.status == 3 && done.errors.contains("rebuild into a new directory"))
        }
        #expect(try test.run("verify").status == 0)
    }

    /// Identifiers of a namespace that nobody had named have the rules of unnamed ones: naming it
    /// with others would leave their keys and anchors behind.
    @Test func shouldNotGiveNewRulesToANamespaceThatHasIdentifiers() throws {
        let test = try TestStore()
        try test.json("replay", "-", input: Self.event)
        for rules in ["priority: 10", "normalize: [trim]"] {
            let table = try test.write("n.yaml", "namespaces: [{name: loyalty, \(rules)}]")
            for words in [[], ["--dry-run"]] {
                let done = try test.run(["replay", "-", "--namespaces", table] + words)
                #expect(done.status == 3, "\(rules) \(words)")
                #expect(done.errors.contains("'loyalty'"))
                #expect(done.errors.contains("rebuild into a new directory"))
            }
        }
        let plain = try test.write("n.yaml", "namespaces: [{name: loyalty, sensitive: true}]")
        #expect(try test.run("replay", "-", "--namespaces", plain).status == 0)
        #expect(try test.run("verify").status == 0)
    }

    @Test func shouldRefuseUnnamedNamespacesWhereThatIsAskedFor() throws {
        let test = try TestStore()
        let table = try test.write("n.yaml", "strict: true\nnamespaces: [{name: email}]")
        let answer = try test.json("replay", "-", "--namespaces", table, input: Self.event)
        #expect(answer["rejected_by_reason"]["bad_namespace"].integer == 1)
    }

    @Test(arguments: [
        "namespaces: [{name: Email}]", "namespaces: [{priority: 1}]", "names: []", "- a",
        "namespaces: [{name: a, priority: 70000}]", "namespaces: [{name: a, normalize: [nfc]}]",
        "namespaces: [{name: a}, {name: a}]", "namespaces: {a: b}", "strict: maybe", "a: [",
        "\u{0}",
    ])
    func shouldRefuseAWrongNamespacesFile(_ text: String) throws {
        let test = try TestStore()
        let table = try test.write("n.yaml", text)
        let done = try test.run("replay", "-", "--namespaces", table, input: Self.event)
        #expect(done.status == 3)
        #expect(done.errors.contains("n.yaml"))
        #expect(done.errors.split(separator: "\n").count == 1, "\(done.errors)")
        #expect(!test.exists(test.data))
    }
}
