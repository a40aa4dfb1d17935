"""Keys and secrets: passwords, one-time codes, tokens, encrypted push. Pure functions over bytes."""
