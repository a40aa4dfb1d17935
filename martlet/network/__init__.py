"""Outgoing HTTP. Every request that leaves this server passes through here, and is guarded."""
