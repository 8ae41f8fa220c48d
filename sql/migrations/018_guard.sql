-- Imports that wait for a person, and records that a source has stopped
-- giving but that are not gone yet.

-- An import whose outcome is "waiting" has its bundle kept, until it becomes
-- approved, dropped or, by a newer reading of its source, superseded.
create table homeroom.waiting (
	import  bigint primary key
		references homeroom.import on delete cascade,
	changes bytea not null,    -- digest of the set that was listed
	host    text not null,     -- the machine that has the bundle
	path    text not null,     -- the bundle, within the source's folder
	decided timestamptz,       -- approved or dropped
	who     text,              -- by whom
	became  bigint             -- approved: the import that took it in
		references homeroom.import on delete set null
);

create index import_waiting on homeroom.import (district, source)
	where outcome = 'waiting';

-- How many complete readings of its source in a row lacked a record that is
-- still taken to be there.
create table homeroom.absent (
	district   integer not null references homeroom.district,
	source     integer not null
		references homeroom.source on delete cascade,
	entity     smallint not null,
	sourced_id text collate "C" not null,
	readings   integer not null,
	since      timestamptz not null, -- when the first of them was
	primary key (district, source, entity, sourced_id)
);

grant select, insert, update, delete on homeroom.waiting, homeroom.absent
	to homeroom_ingest;
