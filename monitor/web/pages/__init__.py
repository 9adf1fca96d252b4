"""The pages that people read: one module a page."""
