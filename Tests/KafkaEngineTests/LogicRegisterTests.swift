import KafkaEngine
import Testing

/// Which version of the logic a store is at, whoever has written it.
@Suite("Register of the logic")
struct LogicRegisterTests {
    @Test func shouldKeepTheGreatest() {
        let cases: [([UInt64?], standing: UInt64, isLast: Bool)] = [
            ([], 1, true), ([nil], 1, true), ([2], 2, true), ([2, 1], 2, false),
            ([2, 1, 2], 2, true), ([2, nil], 2, false), ([1, 3, 2], 3, false), ([0], 1, false),
        ]
        for (versions, standing, isLast) in cases {
            var register = LogicRegister()
            for version in versions { register.take(version) }
            #expect(register.standing == standing && register.isLast == isLast, "\(versions)")
        }
    }
}
