"""The text engine: what stands in a text, by words, templates and expressions. Knows no rule and no topic."""
