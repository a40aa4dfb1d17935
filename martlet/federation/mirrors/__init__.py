"""Mirrors: what they hand out, take in for whom they mirror, and how they keep in step (roads D.6)."""
