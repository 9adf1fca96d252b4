"""The store: tables, and the questions and changes of a transaction."""
