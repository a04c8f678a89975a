"""What pages show, as plain values: no HTTP and no HTML in here."""
