package import IdentityModel

/// The largest customers.
package struct TopAnswer: Codable, Equatable, Sendable {
    /// A customer in one line.
    package struct Customer: Codable, Equatable, Sendable {
        /// Its id.
        package let customerID: String
        /// How many identifiers it has.
        package let identifierCount: Int
        /// Its strongest identifier, "namespace:value"; the value may be masked.
        package let identifier: String
        /// Whether it is.
        package let masked: Bool

        private enum CodingKeys: String, CodingKey {
            case identifier, masked
            case customerID = "customer_id"
            case identifierCount = "identifier_count"
        }
    }

    /// By size, the greatest first; equal ones by customer id.
    package let customers: [Customer]
    /// What the answer reflects.
    package let position: PositionAnswer

    /// What stands in place of a sensitive value. Nothing of it is left: half an address is still
    /// somebody's.
    package static let mask = "***"

    /// The answer out of what a walk has found. Values of namespaces that are sensitive are masked
    /// unless `reveal` says not to.
    package init(
        _ largest: LargestComponents, of partition: PartitionID, namespaces: NamespaceTable,
        reveal: Bool
    ) {
        self.init(
            largest.components, PositionAnswer(partition, largest.position), namespaces, reveal)
    }

    /// The answer out of what walks over all partitions' checkpoints have found, by partition.
    package init(
        _ parts: [LargestComponents], limit: Int, namespaces: NamespaceTable, reveal: Bool
    ) {
        let components = parts.flatMap(\.components).sorted {
            $0.count != $1.count ? $0.count > $1.count : $0.anchor < $1.anchor
        }
        let places = parts.enumerated().map { place, part in
            (partition: PartitionID(UInt16(place)), offset: part.position)
        }
        self.init(
            Array(components.prefix(limit)), PositionAnswer(places), namespaces, reveal)
    }

    private init(
        _ components: [LargestComponents.Found], _ position: PositionAnswer,
        _ namespaces: NamespaceTable, _ reveal: Bool
    ) {
        self.position = position
        customers = components.map { found in
            let isSensitive =
                namespaces.namespaces
                .first { $0.name.utf8.elementsEqual(found.namespace) }?.isSensitive ?? false
            let isMasked = isSensitive && !reveal
            let value = isMasked ? Self.mask : String(decoding: found.value, as: UTF8.self)
            return Customer(
                customerID: found.anchor.hexadecimal, identifierCount: found.count,
                identifier: String(decoding: found.namespace, as: UTF8.self) + ":" + value,
                masked: isMasked)
        }
    }
}
