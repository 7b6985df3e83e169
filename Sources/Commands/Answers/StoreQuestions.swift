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

    /// The identifiers of a node's customer, by (priority, key).
    func members(withMember key: NodeKey) throws(CommandEnd) -> [MemberView] {
        try failing { (runtime) throws(StoreFailure) in
            try runtime.ask { (graph, reader) throws(StateError) in
                try graph.members(withMember: key, reader: reader)
            }
        }
    }

    /// The links between the identifiers of a node's customer.
    func links(withMember key: NodeKey) throws(CommandEnd) -> [LinkView] {
        try failing { (runtime) throws(StoreFailure) in
            try runtime.ask { (graph, reader) throws(StateError) in
                try graph.links(withMember: key, reader: reader)
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
