"""What things are, and rules about them that need nothing but themselves."""
