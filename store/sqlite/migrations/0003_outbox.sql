-- Notifications that were promised and not sent yet, each as JSON, in the order of their ids, which is that of time; and what people know
-- by those that were: of which incident, as how severe, since when in microseconds.
CREATE TABLE letters (
	id       BLOB NOT NULL,
	receiver TEXT NOT NULL,
	message  TEXT NOT NULL,
	PRIMARY KEY (id, receiver)
) WITHOUT ROWID;

CREATE TABLE known (
	circle   BLOB    NOT NULL,
	incident BLOB    NOT NULL,
	severity INTEGER NOT NULL,
	time     INTEGER NOT NULL,
	PRIMARY KEY (circle, incident)
) WITHOUT ROWID;
