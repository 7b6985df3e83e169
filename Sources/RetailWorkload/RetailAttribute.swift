/// One attribute that the workload observes, and what values it takes.
struct RetailAttribute: Sendable {
    /// What values an attribute takes.
    enum Values: Sendable {
        /// A text, always the same of one identifier.
        case fixedText([String])
        /// A text that changes from event to event.
        case text([String])
        /// A whole number from the first to the second, always the same of one identifier.
        case fixedCount(Int, Int)
        /// A whole number from 0 to below this.
        case count(Int)
        /// An amount from 0 to below so many, with two decimals.
        case amount(Int)
        /// Yes so many times of a hundred.
        case flag(percent: Int)
    }

    /// What it is called.
    let name: String
    /// What values it takes.
    let values: Values

    private init(_ name: String, _ values: Values) {
        self.name = name
        self.values = values
    }

    /// The first `count` attributes of the list: those that have a name of their own, then scores.
    static func list(_ count: Int) -> [RetailAttribute] {
        (0..<count).map { place in
            place < named.count
                ? named[place] : RetailAttribute("score_\(place + 1)", .amount(100))
        }
    }

    /// Texts have neither quotes nor the delimiters of CSV, so that they are written as they are.
    private static let named = [
        RetailAttribute(
            "first_name",
            .fixedText([
                "Ana", "José", "Marie", "Lukas", "Sofia", "Jürgen", "Emma", "Noah", "Chloé", "Ali",
                "Zofia", "Łukasz", "Olivia", "Mateo", "Ingrid", "Søren",
            ])),
        RetailAttribute(
            "country", .fixedText(["ES", "FR", "DE", "IT", "PL", "NL", "PT", "SE", "GB", "US"])),
        RetailAttribute(
            "city",
            .fixedText([
                "Madrid", "Paris", "München", "Milano", "Łódź", "Rotterdam", "Lisboa", "Malmö",
                "Leeds", "Austin", "Sevilla", "Lyon",
            ])),
        RetailAttribute("plan", .text(["none", "none", "none", "silver", "silver", "gold"])),
        RetailAttribute(
            "last_store",
            .text([
                "online", "online", "es-madrid-01", "es-sevilla-02", "fr-paris-11", "fr-lyon-03",
                "de-berlin-07", "it-milano-04", "pl-lodz-01", "gb-leeds-02",
            ])),
        RetailAttribute("loyalty_points", .count(50_000)),
        RetailAttribute("newsletter", .flag(percent: 35)),
        RetailAttribute("last_order_value", .amount(400)),
        RetailAttribute(
            "last_name",
            .fixedText([
                "García", "Martin", "Müller", "Rossi", "Nowak", "de Jong", "Silva", "Larsson",
                "Smith", "Johnson", "Fernández", "Dubois",
            ])),
        RetailAttribute("birth_year", .fixedCount(1_940, 2_007)),
        RetailAttribute("orders", .count(120)),
        RetailAttribute("language", .fixedText(["es", "fr", "de", "it", "pl", "nl", "pt", "en"])),
        RetailAttribute(
            "last_category",
            .text(["shoes", "women", "men", "kids", "home", "beauty", "sport", "outlet"])),
        RetailAttribute("marketing_consent", .flag(percent: 60)),
        RetailAttribute("app_version", .text(["8.1.0", "8.2.3", "8.3.0", "9.0.1"])),
        RetailAttribute("returns", .count(9)),
    ]
}
