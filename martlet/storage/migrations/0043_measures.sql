-- How much there was on a day (since 1970), counted as it happens or some minutes later.
CREATE TABLE day_count (
    name   TEXT NOT NULL,                          -- what is counted
    part   TEXT NOT NULL DEFAULT '',               -- of which server or language
    day    INTEGER NOT NULL,
    value  INTEGER NOT NULL,
    PRIMARY KEY (name, day, part)
) STRICT, WITHOUT ROWID;
CREATE INDEX day_count_day ON day_count (day);
CREATE INDEX report_resolved ON report (resolved_at) WHERE resolved_at IS NOT NULL;
CREATE INDEX account_of_host ON account (host, id) WHERE host <> '';
