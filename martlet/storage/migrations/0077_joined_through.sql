-- The app through which somebody joined; NULL: a browser, or a command.
ALTER TABLE users ADD COLUMN app_id INTEGER;
