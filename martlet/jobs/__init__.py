"""What must happen later: events turned into reactions, retried until done."""
