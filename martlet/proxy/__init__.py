"""Pictures, films and sounds of other servers, shown through this one: fetched once, kept for a while."""
