"""From an address to the bytes of a document."""
