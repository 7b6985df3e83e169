internal import ArgumentParser
internal import Foundation

/// Where the store is.
struct DataOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The store's folder, made on first use. (default: $KINDRED_DATA, else ./kindred-data)",
            valueName: "dir"))
    var data: String?

    /// The folder.
    var folder: String {
        if let data { return data }
        let environment = ProcessInfo.processInfo.environment["KINDRED_DATA"] ?? ""
        return environment.isEmpty ? "./kindred-data" : environment
    }

    /// Opens the store as it is.
    func open() throws(CommandEnd) -> OpenStore { try OpenStore(StoreRequest(folder: folder)) }

    func validate() throws {
        guard data != "" else { throw ValidationError("--data needs a folder") }
    }
}

/// How answers are printed.
struct FormatOptions: ParsableArguments {
    @Flag(help: "Print JSON: one value, or one a line.")
    var json = false
}
