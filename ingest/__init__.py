"""Room ingest."""
