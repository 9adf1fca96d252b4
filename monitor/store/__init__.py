"""The store: tables, migrations, and the questions the pipeline asks."""
