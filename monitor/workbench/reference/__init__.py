"""The reference of the rule language, made from its models: JSON Schemas for editors, key tables for people. Pure."""
