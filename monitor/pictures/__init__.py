"""Pictures of the ledger: plots and maps."""
