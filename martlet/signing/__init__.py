"""Keys and secrets: passwords, tokens, encrypted push, canonical JSON, proofs. Pure functions over bytes."""
