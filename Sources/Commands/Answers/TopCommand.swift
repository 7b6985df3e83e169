internal import Answers
internal import ArgumentParser

/// `kindred top`: the largest customers.
struct TopCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "top",
        abstract:
            "The largest customers: how many identifiers, the customer id, the strongest one.",
        discussion: """
            Equally large ones come in order of their ids. A very large customer is often a shared \
            identifier: kindred component ID --bridges shows what holds it together. Values of \
            namespaces that namespaces.yaml calls sensitive are masked unless --reveal is given.
            """)

    @OptionGroup var source: SourceOptions
    @OptionGroup var format: FormatOptions
    @Option(help: ArgumentHelp("How many customers.", valueName: "n"))
    var limit: Int = PageLimits.topCustomers
    @Flag(help: "Show the values of sensitive namespaces.") var reveal = false

    func validate() throws { try PageLimits.check(limit) }

    func run() throws {
        let source = try source.open()
        let answer = try source.top(limit: limit, reveal: reveal)
        if format.json { Output.line(JSONText.encode(answer)) } else { Self.print(answer) }
        try source.close()
    }

    private static func print(_ answer: TopAnswer) {
        let width = "\(answer.customers.first?.identifierCount ?? 0)".count
        for customer in answer.customers {
            let count = "\(customer.identifierCount)"
            Output.line(
                String(repeating: " ", count: width - count.count) + count + "  "
                    + customer.customerID + "  " + Escaping.terminal(customer.identifier.utf8))
        }
        if answer.customers.isEmpty { Output.line("there are no customers yet") }
    }
}
