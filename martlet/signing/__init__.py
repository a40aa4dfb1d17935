"""Keys and what is signed with them: documents, requests, push. Passwords, tokens. Pure functions over bytes."""
