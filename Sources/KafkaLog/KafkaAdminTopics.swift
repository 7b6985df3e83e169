internal import CRdkafka

extension KafkaAdmin {
    /// Makes the topics, and waits until every broker knows them or the time is over.
    ///
    /// - Returns: what became of each, in their order: nil where it was made, `.alreadyExists`
    ///   where there is one, which is left as it is.
    package func create(
        _ topics: [KafkaNewTopic], timeoutMilliseconds: Int
    ) throws(KafkaError) -> [KafkaError?] {
        guard !topics.isEmpty else { return [] }
        let client = try slot.opened()
        var natives: [OpaquePointer?] = []
        defer { for native in natives { rd_kafka_NewTopic_destroy(native) } }
        for topic in topics { natives.append(try KafkaAdmin.native(topic)) }
        let event = try KafkaAdmin.answer(
            client, RD_KAFKA_ADMIN_OP_CREATETOPICS, timeoutMilliseconds
        ) { options, queue in
            rd_kafka_CreateTopics(client.handle, &natives, natives.count, options, queue)
        }
        var count = 0
        let results = rd_kafka_CreateTopics_result_topics(
            rd_kafka_event_CreateTopics_result(event.handle), &count)
        var errors = [KafkaError?](
            repeating: KafkaError(.failed, "the brokers did not say what became of the topic"),
            count: topics.count)
        for index in 0..<count {
            guard let result = results?[index] else { continue }
            let name = String(cString: rd_kafka_topic_result_name(result))
            let code = rd_kafka_topic_result_error(result)
            let text = rd_kafka_topic_result_error_string(result).map { String(cString: $0) }
            for place in topics.indices where topics[place].name == name {
                errors[place] = code == RD_KAFKA_RESP_ERR_NO_ERROR ? nil : KafkaError(code, text)
            }
        }
        return errors
    }

    private static func native(_ topic: KafkaNewTopic) throws(KafkaError) -> OpaquePointer {
        try KafkaTopicName.check(topic.name)
        guard topic.partitions > 0, topic.replication > 0 else {
            throw KafkaError(
                .invalidArgument, "\(topic.name): a topic has at least one partition, on one broker"
            )
        }
        var text = [CChar](repeating: 0, count: NativeClient.textBytes)
        let made = rd_kafka_NewTopic_new(
            topic.name, topic.partitions, topic.replication, &text, text.count)
        guard let made else {
            throw KafkaError(.invalidArgument, "\(topic.name): \(NativeClient.string(text))")
        }
        for (key, value) in topic.configuration {
            let error = rd_kafka_NewTopic_set_config(made, key, value)
            guard error == RD_KAFKA_RESP_ERR_NO_ERROR else {
                rd_kafka_NewTopic_destroy(made)
                throw KafkaError(error, "\(topic.name): \(key) cannot be set")
            }
        }
        return made
    }

    /// The settings in force of topics, the brokers' defaults among them.
    ///
    /// - Returns: those of each topic, in their order, or why the brokers do not tell them.
    package func settings(
        ofTopics names: [String], timeoutMilliseconds: Int
    ) throws(KafkaError) -> [Result<[KafkaTopicSetting], KafkaError>] {
        guard !names.isEmpty else { return [] }
        for name in names { try KafkaTopicName.check(name) }
        let client = try slot.opened()
        var resources = names.map { rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, $0) }
        defer { for resource in resources { rd_kafka_ConfigResource_destroy(resource) } }
        let event = try KafkaAdmin.answer(
            client, RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS, timeoutMilliseconds
        ) { options, queue in
            rd_kafka_DescribeConfigs(client.handle, &resources, resources.count, options, queue)
        }
        var count = 0
        let described = rd_kafka_DescribeConfigs_result_resources(
            rd_kafka_event_DescribeConfigs_result(event.handle), &count)
        var results = names.map { name in
            Result<[KafkaTopicSetting], KafkaError>.failure(
                KafkaError(.failed, "the brokers did not describe the topic \(name)"))
        }
        for index in 0..<count {
            guard let resource = described?[index] else { continue }
            let name = String(cString: rd_kafka_ConfigResource_name(resource))
            for place in names.indices where names[place] == name {
                results[place] = KafkaAdmin.settings(in: resource)
            }
        }
        return results
    }

    private static func settings(
        in resource: OpaquePointer
    ) -> Result<[KafkaTopicSetting], KafkaError> {
        let error = rd_kafka_ConfigResource_error(resource)
        guard error == RD_KAFKA_RESP_ERR_NO_ERROR else {
            let text = rd_kafka_ConfigResource_error_string(resource)
            return .failure(KafkaError(error, text.map { String(cString: $0) }))
        }
        var count = 0
        let entries = rd_kafka_ConfigResource_configs(resource, &count)
        return .success(
            (0..<count).compactMap { index in
                guard let entry = entries?[index] else { return nil }
                return KafkaTopicSetting(
                    key: String(cString: rd_kafka_ConfigEntry_name(entry)),
                    value: rd_kafka_ConfigEntry_value(entry).map { String(cString: $0) },
                    isDefault: rd_kafka_ConfigEntry_is_default(entry) != 0)
            })
    }

    /// Trims partitions: lets go of the messages before each position's offset.
    ///
    /// - Returns: the first offset that each partition holds then, in their order.
    package func deleteRecords(
        before positions: [KafkaPosition], timeoutMilliseconds: Int
    ) throws(KafkaError) -> [Int64] {
        guard !positions.isEmpty else { return [] }
        let client = try slot.opened()
        let list = try NativePartitionList(positions)
        var request = rd_kafka_DeleteRecords_new(list.handle)
        defer { rd_kafka_DeleteRecords_destroy(request) }
        let event = try KafkaAdmin.answer(
            client, RD_KAFKA_ADMIN_OP_DELETERECORDS, timeoutMilliseconds
        ) { options, queue in
            rd_kafka_DeleteRecords(client.handle, &request, 1, options, queue)
        }
        let result = rd_kafka_event_DeleteRecords_result(event.handle)
        guard let offsets = rd_kafka_DeleteRecords_result_offsets(result) else {
            throw KafkaError(.failed, "the brokers did not say what they hold after the trim")
        }
        let entries = NativePartitionList.entries(of: offsets)
        if let error = NativePartitionList.firstError(in: entries) { throw error }
        var held: [Int64] = []
        for position in positions {
            guard let entry = entries.first(where: { $0.partition == position.partition }) else {
                throw KafkaError(.failed, "the brokers did not say what they hold after the trim")
                    .at(position.partition)
            }
            held.append(entry.offset)
        }
        return held
    }

    /// Milliseconds that librdkafka waits for an answer, at most.
    private static let maximumMilliseconds = 3_600_000
    /// Milliseconds that an answer may take beyond the time that librdkafka was given for it.
    private static let graceMilliseconds: Int32 = 1_000

    /// Sends a request, and waits for the answer; throws the failure that it is.
    private static func answer(
        _ client: NativeClient, _ operation: rd_kafka_admin_op_t, _ timeoutMilliseconds: Int,
        _ send: (_ options: OpaquePointer?, _ queue: OpaquePointer?) -> Void
    ) throws(KafkaError) -> NativeEvent {
        let timeout = Int32(clamping: min(max(0, timeoutMilliseconds), maximumMilliseconds))
        let options = rd_kafka_AdminOptions_new(client.handle, operation)
        defer { rd_kafka_AdminOptions_destroy(options) }
        var text = [CChar](repeating: 0, count: NativeClient.textBytes)
        let error = rd_kafka_AdminOptions_set_request_timeout(options, timeout, &text, text.count)
        guard error == RD_KAFKA_RESP_ERR_NO_ERROR else {
            throw KafkaError(error, NativeClient.string(text))
        }
        if operation != RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS {
            rd_kafka_AdminOptions_set_operation_timeout(options, timeout, nil, 0)
        }
        let queue: OpaquePointer = rd_kafka_queue_new(client.handle)
        defer { rd_kafka_queue_destroy(queue) }
        send(options, queue)
        // librdkafka's own word on what it waited for comes first.
        guard let event = rd_kafka_queue_poll(queue, timeout + graceMilliseconds) else {
            throw KafkaError(.timedOut, "the brokers did not answer within \(timeout) ms")
        }
        let answer = NativeEvent(event)
        if answer.code != RD_KAFKA_RESP_ERR_NO_ERROR { throw answer.error(of: client) }
        return answer
    }
}
