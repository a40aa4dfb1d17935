"""The door for browsers: pages that work without JavaScript."""
