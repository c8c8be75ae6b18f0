-- An alert's time is its place: no two share a microsecond, and they are put in that order. Times of frames are in
-- nanoseconds, addresses six octets, and header_key sorts as people read: B9 before B10.
CREATE TABLE alerts (
	time            INTEGER PRIMARY KEY,
	id              BLOB    NOT NULL,
	hash            INTEGER NOT NULL,
	header          TEXT    NOT NULL,
	header_key      BLOB    NOT NULL,
	class           TEXT    NOT NULL,
	severity        INTEGER NOT NULL,
	phy             INTEGER NOT NULL,
	transmitter     BLOB    NOT NULL,
	source          BLOB    NOT NULL,
	dest            BLOB    NOT NULL,
	other           BLOB    NOT NULL,
	channel         TEXT    NOT NULL,
	frequency       INTEGER NOT NULL,
	text            TEXT    NOT NULL,
	fingerprint     TEXT    NOT NULL,
	confidence      INTEGER NOT NULL,
	signal          INTEGER NOT NULL,
	frame_time      INTEGER, -- NULL without a frame
	suppressed      INTEGER NOT NULL, -- the bits of an unsigned number
	reason_what     TEXT    NOT NULL,
	reason_observed TEXT    NOT NULL,
	reason_limit    TEXT    NOT NULL,
	more            TEXT -- JSON of what is seldom there; texts in it as base64, for they may be any octets
) STRICT;

CREATE INDEX alerts_hash ON alerts (hash);
CREATE INDEX alerts_header ON alerts (header_key);
CREATE INDEX alerts_severity ON alerts (severity);
