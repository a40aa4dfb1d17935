"""Bytes: recognising, cleaning, shrinking and keeping pictures, video and sound."""
