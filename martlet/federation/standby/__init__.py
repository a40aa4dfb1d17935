"""Between a server and its standby: the owner's own second machine (decision 92)."""
