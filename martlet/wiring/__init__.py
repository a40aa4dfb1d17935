"""What `app.py` puts together: the ground of all use cases, the reactions to events, and the jobs."""
