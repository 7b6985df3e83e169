internal import Foundation
internal import IdentityModel
internal import Yams

/// A `namespaces.yaml`: which namespaces a store names, and how their values are treated.
enum NamespacesFile {
    /// Reads the table.
    ///
    /// - Throws: `CommandEnd` that names the file and what is wrong in it.
    static func read(_ path: String) throws(CommandEnd) -> NamespaceTable {
        guard let data = SmallFiles.read(path) else {
            throw .failed(
                "cannot read \(path)", remedy: "name a readable YAML file of at most 1 MiB")
        }
        return try table(YAMLNode.parse(data, path), path)
    }

    private static func table(_ root: YAMLNode, _ path: String) throws(CommandEnd)
        -> NamespaceTable
    {
        try root.allow(["strict", "namespaces"])
        var namespaces: [Namespace] = []
        for entry in try root.list("namespaces") {
            let namespace = try namespace(entry)
            guard !namespaces.contains(where: { $0.name == namespace.name }) else {
                throw entry.wrong("the namespace '\(namespace.name)' stands twice")
            }
            namespaces.append(namespace)
        }
        return NamespaceTable(
            namespaces: namespaces, isStrict: try root.boolean("strict") ?? false)
    }

    private static func namespace(_ entry: YAMLNode) throws(CommandEnd) -> Namespace {
        try entry.allow(["name", "priority", "normalize", "sensitive"])
        guard let name = try entry.string("name"), Namespace.isValid(name.utf8) else {
            throw entry.wrong("a namespace needs a name that matches [a-z][a-z0-9_]{0,31}")
        }
        let priority = try entry.integer("priority") ?? Int(Namespace.unnamedPriority)
        guard let priority = UInt16(exactly: priority) else {
            throw entry.wrong("the priority of '\(name)' must be from 0 to 65535")
        }
        var steps: [NormalizationStep] = []
        for step in try entry.strings("normalize") {
            guard let known = NormalizationStep(rawValue: step) else {
                let words = NormalizationStep.allCases.map(\.rawValue).joined(separator: ", ")
                throw entry.wrong("'\(name)' normalizes by '\(step)'; known are \(words)")
            }
            steps.append(known)
        }
        return Namespace(
            name: name, priority: priority, normalization: steps,
            isSensitive: try entry.boolean("sensitive") ?? false)
    }
}
