-- An incident is what its records have in common; first and last are the times of the oldest and the newest, the latter being
-- in alerts as long as the incident is here. Times of frames are in nanoseconds, those of the server in microseconds.
CREATE TABLE incidents (
	id           BLOB    PRIMARY KEY,
	first        INTEGER NOT NULL,
	last         INTEGER NOT NULL,
	first_seen   INTEGER, -- NULL without a frame
	last_seen    INTEGER,
	count        INTEGER NOT NULL, -- the bits of an unsigned number
	max_severity INTEGER NOT NULL,
	inhibitor    BLOB    NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX incidents_last ON incidents (last);

-- What was done about an incident: lines are added and never changed.
CREATE TABLE changes (
	incident BLOB    NOT NULL,
	time     INTEGER NOT NULL,
	state    TEXT    NOT NULL,
	author   TEXT    NOT NULL, -- empty: the server
	comment  TEXT    NOT NULL,
	PRIMARY KEY (incident, time)
) STRICT, WITHOUT ROWID;

CREATE TABLE silences (
	id         BLOB    PRIMARY KEY,
	made       INTEGER NOT NULL,
	starts     INTEGER NOT NULL,
	ends       INTEGER NOT NULL,
	weekly     INTEGER NOT NULL,
	author     TEXT    NOT NULL,
	comment    TEXT    NOT NULL,
	expired    INTEGER, -- NULL unless somebody ended it
	expired_by TEXT    NOT NULL,
	matcher    TEXT    NOT NULL -- JSON
) STRICT, WITHOUT ROWID;
