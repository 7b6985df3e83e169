"""Measures nodes of a store whose logs are in Kafka."""
