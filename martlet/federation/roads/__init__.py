"""Roads to other servers: the direct one, and those round it while it is closed (roads D.6)."""
