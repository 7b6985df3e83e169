internal import GraphCore
internal import IdentityModel
internal import NodeRuntime

// Questions that several commands ask of the graph.
extension OpenStore {
    /// The customer of a node; nil if it does not exist.
    func customer(of key: NodeKey) throws(CommandEnd) -> CustomerView? {
        try failing { (runtime) throws(StoreFailure) in
            try runtime.ask { (graph, reader) throws(StateError) in
                try graph.customer(of: key, reader: reader)
            }
        }
    }

    /// Some of the identifiers of a node's customer, by (priority, key).
    func memberPage(
        withMember key: NodeKey, after place: MemberPosition?, limit: Int
    ) throws(CommandEnd) -> MemberPage {
        try failing { (runtime) throws(StoreFailure) in
            try runtime.ask { (graph, reader) throws(StateError) in
                try graph.memberPage(withMember: key, after: place, limit: limit, reader: reader)
            }
        }
    }

    /// Some of the links between the identifiers of a node's customer, by (a, b).
    func linkPage(
        withMember key: NodeKey, after place: LinkPosition?, limit: Int
    ) throws(CommandEnd) -> LinkPage {
        try failing { (runtime) throws(StoreFailure) in
            try runtime.ask { (graph, reader) throws(StateError) in
                try graph.linkPage(withMember: key, after: place, limit: limit, reader: reader)
            }
        }
    }

    /// The links without which a node's customer would be two, sorted.
    func bridges(withMember key: NodeKey) throws(CommandEnd) -> [LinkPosition] {
        try failing { (runtime) throws(StoreFailure) in
            try runtime.ask { (graph, reader) throws(StateError) in
                try graph.bridges(withMember: key, reader: reader)
            }
        }
    }

    /// The shortest path of live links between two nodes; nil where they are not one customer.
    func path(_ one: NodeKey, _ other: NodeKey) throws(CommandEnd) -> [NodeKey]? {
        try failing { (runtime) throws(StoreFailure) in
            try runtime.ask { (graph, reader) throws(StateError) in
                try graph.path(from: one, to: other, reader: reader)
            }
        }
    }

    /// What is known of one pair; nil if no event has named it.
    func link(_ one: NodeKey, _ other: NodeKey) throws(CommandEnd) -> LinkView? {
        try failing { (runtime) throws(StoreFailure) in
            try runtime.ask { (graph, reader) throws(StateError) in
                try graph.link(one, other, reader: reader)
            }
        }
    }

    /// The identifier behind a key as "namespace:value".
    func text(of key: NodeKey) throws(CommandEnd) -> String {
        let member = try failing { (runtime) throws(StoreFailure) in
            try runtime.ask { (graph, reader) throws(StateError) in
                try graph.member(key, reader: reader)
            }
        }
        return member?.string ?? key.hexadecimal
    }
}
