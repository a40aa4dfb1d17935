"""Martlet: a social network whose posts keep reaching people."""

__version__ = "0.1.0"
