"""What follows from what, and what is done later: the tables that `app.py` puts together."""
