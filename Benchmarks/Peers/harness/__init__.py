"""Runs the peers, measures them and holds each answer against one oracle."""
