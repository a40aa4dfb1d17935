"""
Benchmarks: what a page costs the server, in microseconds of CPU, and how that compares.

    python -m bench              fill a fresh server through its own API, measure every page and the publishing
    python -m bench large        the same pages over a million posts
    python -m bench streaming --minutes 10   whether streams lose anything while they stay open
    python -m bench --help       the rest

CPU per request is the figure that counts: it is the server's processes only, so it stays true on a machine
shared with the load generator, and for writes it includes all the work done after the answer.
"""
