"""Other servers: what they ask of us, what they bring us, and what we ask of them and bring them."""
