"""What programs read: JSON, the feed of alerts, metrics, health."""
