"""Deduplication: have we seen it?"""
