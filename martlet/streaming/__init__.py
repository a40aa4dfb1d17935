"""Open streams: who of those that are connected to this process hears of what (`hub.py`)."""
