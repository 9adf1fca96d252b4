"""The board: pages, JSON, metrics and a feed of alerts, over HTTP. No SQL and no decision stands here."""
