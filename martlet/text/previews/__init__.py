"""What web pages say of themselves, for the previews below links: read from their bytes, bounded, and merged."""
