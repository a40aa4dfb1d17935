"""Use cases: every change of state, whoever asked for it."""
