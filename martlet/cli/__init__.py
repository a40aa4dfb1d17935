"""The operator's commands."""

from martlet.cli.main import main

__all__ = ["main"]
