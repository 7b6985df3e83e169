package import IdentityModel

/// What a partition's graph is told when it is made, fixed for the store's life.
package struct GraphConfiguration: Equatable, Sendable {
    /// The partition that this graph is.
    package let partition: PartitionID
    /// The namespaces that were named, whose priorities choose anchors.
    package let namespaces: NamespaceTable

    /// A configuration.
    package init(partition: PartitionID, namespaces: NamespaceTable) {
        self.partition = partition
        self.namespaces = namespaces
    }
}
