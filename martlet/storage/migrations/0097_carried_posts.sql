-- Posts that a file or a mirror has brought, and their authors' servers have not: they stand in no public timeline.
CREATE TABLE carried_post (
    post_id INTEGER PRIMARY KEY REFERENCES post (id) ON DELETE CASCADE
) STRICT;
