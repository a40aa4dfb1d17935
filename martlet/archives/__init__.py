"""Files that people take along: lists as CSV, archives of posts. Written, and read with suspicion."""
