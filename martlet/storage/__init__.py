"""All SQL. Nothing outside this room knows a table's name."""
