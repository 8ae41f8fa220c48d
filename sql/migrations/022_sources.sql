-- Secrets that settings were given. Where they stood, settings show `mark`;
-- homeroom.setting_change has never seen anything else.
create table homeroom.setting_secret (
	district integer not null references homeroom.district on delete cascade,
	kind     text not null, -- "source"
	name     text not null,
	path     text not null, -- "clientSecret"
	mark     text not null,
	sealed   bytea not null,
	primary key (district, kind, name, path)
);

grant select on homeroom.setting_secret to homeroom_ingest;

-- How far a source was read that can be asked for what changed. It is moved
-- with the import that took it in, so that nothing is missed.
create table homeroom.source_reading (
	source  integer primary key references homeroom.source on delete cascade,
	key     text not null, -- of its settings: others begin anew
	since   timestamptz not null, -- what changed later is to be asked for
	deltas  integer not null, -- readings since the last full one
	version bigint not null -- that was live then
);

grant select, insert, update, delete on homeroom.source_reading
	to homeroom_ingest;
