import Answers
import GraphCore
import IdentityModel
import Testing

/// Words that are asked, and the cursors that come back.
@Suite("Questions")
struct QuestionTests {
    private let keys = AnswersFixture.keys

    @Test func shouldReadIdentifiersAndCustomers() throws {
        let plain = try keys.question("email:ana@example.com")
        #expect(!plain.isCustomer)
        #expect(try keys.question("email:  ANA@Example.com ").key == plain.key)
        #expect(try keys.identifier("email:ANA@example.com").key == plain.key)
        #expect(try keys.question("cookie:a:b").key != plain.key)
        let customer = try keys.question(plain.key.hexadecimal)
        #expect(customer.isCustomer)
        #expect(customer.key == plain.key)
        #expect(customer.text == plain.key.hexadecimal)
    }

    @Test(arguments: [
        ("", "bad_id"), ("ana", "bad_id"), (String(repeating: "0", count: 31), "bad_id"),
        (String(repeating: "0", count: 33), "bad_id"),
        (String(repeating: "A", count: 32), "bad_id"), ("Email:a", "bad_namespace"),
        (":a", "bad_namespace"), ("email:", "empty_value"), ("email:  ", "empty_value"),
        ("phone:12", "bad_phone"), ("a:" + String(repeating: "v", count: 1_025), "value_too_long"),
    ])
    func shouldRefuseWordsThatNameNothing(_ text: String, _ word: String) {
        let refusal = refusal(of: text)
        #expect(refusal?.word == word)
        #expect(refusal?.message.isEmpty == false)
        if text.utf8.count > 8 { #expect(refusal?.message.contains(text) == false) }
    }

    /// A reader keeps nothing of one question for the next.
    @Test func shouldReadManyAsEachAlone() throws {
        var reader = keys.reader
        for text in ["email:A@x", "nonsense", "cookie:1", "phone:x", "email:a@x", "cookie:é e"] {
            let alone = try? keys.question(text)
            let among = try? reader.question(text)
            #expect(alone?.key == among?.key)
            #expect(alone?.text == among?.text)
        }
    }

    @Test func shouldTakeBackTheCursorsThatItGives() {
        let (least, most) = (
            NodeKey(high: 0, low: 0), NodeKey(high: .max, low: 0x0123_4567_89ab_cdef)
        )
        let cursors: [Cursor] = [
            .member(MemberPosition(priority: 0, key: most)),
            .member(MemberPosition(priority: .max, key: least)), .link(nil),
            .link(LinkPosition(a: least, b: most)), .step(most), .step(least),
        ]
        for cursor in cursors { #expect(Cursor(cursor.text) == cursor) }
        #expect(Set(cursors.map(\.text)).count == cursors.count)
    }

    @Test func shouldRefuseOtherCursors() {
        let digits = String(repeating: "0", count: 32)
        for text in [
            "", "m", "x", "l0", "s", "s" + digits + "0", "S" + digits, "x" + digits,
            "m" + String(repeating: "f", count: 48), "m" + String(repeating: "g", count: 48),
            "l" + digits + String(repeating: "F", count: 32), "é", "lé",
        ] {
            #expect(Cursor(text) == nil, "\(text)")
        }
        // The greatest priority is the last that is taken.
        #expect(Cursor("m00000000ffffffff" + digits) != nil)
        #expect(Cursor("m0000000100000000" + digits) == nil)
    }

    private func refusal(of text: String) -> QuestionRefusal? {
        do throws(QuestionRefusal) {
            _ = try keys.question(text)
            return nil
        } catch { return error }
    }
}
