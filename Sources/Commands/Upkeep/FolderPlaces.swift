internal import Foundation

/// Where folders lie in one another.
enum FolderPlaces {
    /// Refuses folders of which one lies in the other, whatever links lead there.
    static func refuseNesting(_ one: String, _ other: String) throws(CommandEnd) {
        let (first, second) = (resolved(one), resolved(other))
        guard !first.starts(with: second), !second.starts(with: first) else {
            throw .failed(
                "\(one) and \(other) lie in one another", remedy: "name a folder elsewhere")
        }
    }

    /// The parts of the path from the root on, with links resolved as far as it exists. What does
    /// not exist yet will be made as folders, so there ".." leads back.
    static func resolved(_ path: String) -> [String] {
        var missing: [String] = []
        var place = path
        while true {
            if let real = realpath(place, nil) {
                defer { free(real) }
                var parts = Self.parts(String(cString: real))
                for part in missing.reversed() {
                    if part == ".." {
                        _ = parts.popLast()
                    } else if part != "." {
                        parts.append(part)
                    }
                }
                return parts
            }
            let parent = SmallFiles.parent(of: place)
            // The root and the working folder exist; where not even they do, the words must do.
            guard parent != place, let last = Self.parts(place).last else {
                return Self.parts(path)
            }
            missing.append(last)
            place = parent
        }
    }

    private static func parts(_ path: String) -> [String] {
        path.split(separator: "/").map(String.init)
    }
}
