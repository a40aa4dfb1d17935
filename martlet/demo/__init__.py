"""
An invented town to look round in: `martlet demo`.

Everything is made by the use cases themselves, with a clock that starts two
weeks ago, so what stands in the database is what people would have left there.
It stands above `app`, which it wires together, and nobody imports it:
`martlet demo` starts it as a process of its own (`python -m martlet.demo`).
"""
