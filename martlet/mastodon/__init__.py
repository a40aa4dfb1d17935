"""The door for client apps: the Mastodon client API. Only here do we say status and reblog."""
