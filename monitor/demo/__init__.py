"""`basewatch demo`: invented feeds on loopback, the real pipeline, a temporary database, alerts on the console."""
