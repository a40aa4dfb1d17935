"""`python -m martlet` is `martlet`."""

from martlet.cli import main

main(prog_name="martlet")
