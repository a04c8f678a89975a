"""Room shapes."""
