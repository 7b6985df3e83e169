#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

// Swift calls no C function with a variable list of arguments.

/// Hands one message to librdkafka, which copies key and value. A null key or value is none; the
/// headers are librdkafka's once this says RD_KAFKA_RESP_ERR_NO_ERROR, and the caller's before.
static inline rd_kafka_resp_err_t kindred_rdkafka_produce(
    rd_kafka_t *handle, rd_kafka_topic_t *topic, int32_t partition, const void *key,
    size_t key_size, const void *value, size_t value_size, rd_kafka_headers_t *headers,
    void *opaque) {
    if (headers) {
        return rd_kafka_producev(
            handle, RD_KAFKA_V_RKT(topic), RD_KAFKA_V_PARTITION(partition),
            RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_KEY(key, key_size),
            RD_KAFKA_V_VALUE((void *)value, value_size), RD_KAFKA_V_HEADERS(headers),
            RD_KAFKA_V_OPAQUE(opaque), RD_KAFKA_V_END);
    }
    return rd_kafka_producev(
        handle, RD_KAFKA_V_RKT(topic), RD_KAFKA_V_PARTITION(partition),
        RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_KEY(key, key_size),
        RD_KAFKA_V_VALUE((void *)value, value_size), RD_KAFKA_V_OPAQUE(opaque), RD_KAFKA_V_END);
}

/// How long the mock cluster's broker holds back its answer to the next request of a kind, and
/// what error that answer carries.
static inline rd_kafka_resp_err_t kindred_rdkafka_mock_delay(
    rd_kafka_mock_cluster_t *cluster, int32_t broker, int16_t request, rd_kafka_resp_err_t error,
    int delay_ms) {
    return rd_kafka_mock_broker_push_request_error_rtts(
        cluster, broker, request, 1, error, delay_ms);
}
