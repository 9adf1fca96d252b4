"""The rule language: what people write in rules/, read, checked and asked. Knows no topic."""
