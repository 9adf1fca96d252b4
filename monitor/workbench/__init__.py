"""Tools of rule authors: lint, proposals, reference, examples, backtest, diff."""
