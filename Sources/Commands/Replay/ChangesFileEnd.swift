internal import Foundation

/// The end of a file that `--changes` made: how far it lists each partition's changes.
enum ChangesFileEnd {
    /// The most bytes that a line's end takes, from `"position"` on.
    private static let placeBytes = 96

    /// By partition of so many, the offset behind the last one that the file lists; nil: it lists
    /// none. What a crash has left of a line is cut off. Only as much is read as it takes to find
    /// all partitions.
    ///
    /// - Throws: `CommandEnd`: the file cannot be read, or is another one.
    static func next(_ path: String, _ partitions: Int) throws(CommandEnd) -> [UInt64?] {
        var found = [UInt64?](repeating: nil, count: partitions)
        guard FileStatus(path)?.kind == .regular else { return found }
        guard let data = try? Data(contentsOf: URL(fileURLWithPath: path), options: .alwaysMapped)
        else {
            throw .failed("cannot read \(path)", remedy: "give this user the right to read it")
        }
        var end = lastLineEnd(data, before: data.count)
        if end < data.count, truncate(path, off_t(end)) != 0 {
            throw .failed(
                "cannot cut the torn line at the end of \(path): "
                    + String(cString: strerror(errno)),
                remedy: "give this user the right to write it")
        }
        while end > 0, found.contains(nil) {
            let start = lastLineEnd(data, before: end - 1)
            let line = data[max(start, end - 1 - placeBytes)..<end - 1]
            guard let place = place(String(decoding: line, as: UTF8.self)) else {
                throw .failed(
                    "\(path) holds a line that is no change of the feed",
                    remedy: "name a file that --changes made, or a new one")
            }
            guard place.partition < partitions else {
                throw .failed(
                    "\(path) lists changes of partition \(place.partition), which this store lacks",
                    remedy: "name a file of this store's changes, or a new one")
            }
            found[place.partition] = found[place.partition] ?? place.offset + 1
            end = start
        }
        return found
    }

    /// Behind the last line's end before a place; 0 where there is none.
    private static func lastLineEnd(_ data: Data, before end: Int) -> Int {
        data.withUnsafeBytes { (bytes: UnsafeRawBufferPointer) in
            var place = end
            while place > 0, bytes[place - 1] != UInt8(ascii: "\n") { place -= 1 }
            return place
        }
    }

    /// Reads the place that each line ends with.
    private static func place(_ text: String) -> (partition: Int, offset: UInt64)? {
        let form = /"position":\{"partition":([0-9]+),"offset":([0-9]+)\}\}$/
        guard let match = text.firstMatch(of: form), let partition = Int(match.1),
            let offset = UInt64(match.2), offset < .max
        else { return nil }
        return (partition, offset)
    }
}
