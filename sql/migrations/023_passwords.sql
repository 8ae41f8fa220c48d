-- First passwords of accounts, sealed until they are handed over, and the keys
-- that they are sealed with.

create table homeroom.password_key (
	district integer primary key references homeroom.district
		on delete cascade,
	public   bytea not null, -- X25519
	sealed   bytea, -- the private key, under our own; null: not here
	made     timestamptz not null
);

create table homeroom.password (
	directory integer not null
		references homeroom.directory on delete cascade,
	person    text collate "C" not null, -- sourcedId of a user
	login     text not null,
	name      text not null,
	public    bytea not null, -- the key that it is sealed with
	sealed    bytea not null, -- HPKE, RFC 9180
	made      timestamptz not null,
	opened    timestamptz, -- last
	opened_by text,
	primary key (directory, person)
);

grant select, insert, update, delete on homeroom.password_key,
	homeroom.password to homeroom_ingest;
