-- Districts, sources, versions, imports, applications and their grants, and
-- the signing keys. What the roster itself consists of follows in 002.

create schema homeroom;
create schema roster;  -- the live rows
create schema history; -- what they were
create schema staging; -- an import on its way; may be dropped at any time

grant usage on schema homeroom to homeroom_ingest, homeroom_serve,
	homeroom_publish_full, homeroom_publish_restricted;
grant usage on schema roster, history to homeroom_ingest,
	homeroom_publish_full, homeroom_publish_restricted;
grant usage, create on schema staging to homeroom_ingest;

alter default privileges in schema roster
	grant select, insert, update, delete, truncate on tables
	to homeroom_ingest;
alter default privileges in schema history
	grant select, insert, update, delete, truncate on tables
	to homeroom_ingest;

create table homeroom.migration (
	number  integer primary key,
	name    text not null,
	applied timestamptz not null default now()
);

create table homeroom.district (
	id      integer generated always as identity primary key,
	name    text not null unique,
	created timestamptz not null default now()
);

insert into homeroom.district (name) values ('default');

create table homeroom.source (
	id       integer generated always as identity primary key,
	district integer not null references homeroom.district,
	name     text not null,
	kind     text not null default 'csv',
	settings jsonb not null default '{}',
	created  timestamptz not null default now(),
	unique (district, name)
);

create table homeroom.import (
	id       bigint generated always as identity primary key,
	district integer not null references homeroom.district,
	source   integer references homeroom.source,
	started  timestamptz not null default now(),
	finished timestamptz,
	outcome  text,   -- null while it runs
	version  bigint, -- the one it committed; null when nothing changed
	path     text,
	digest   bytea,  -- of the bundle, to know the same one again
	report   jsonb
);

create index on homeroom.import (district, id desc);

create table homeroom.finding (
	import      bigint not null
		references homeroom.import on delete cascade,
	file        text not null,
	line        integer,
	column_name text,
	value       text,
	code        text not null,
	severity    text not null,
	message     text not null
);

create index on homeroom.finding (import);

create table homeroom.version (
	district  integer not null references homeroom.district,
	version   bigint not null,
	published timestamptz not null default now(),
	import    bigint references homeroom.import,
	rows      jsonb not null default '{}', -- counts, by entity
	note      text,
	primary key (district, version)
);

create table homeroom.application (
	id        bigint generated always as identity primary key,
	district  integer not null references homeroom.district,
	name      text not null,
	client_id text not null unique,
	enabled   boolean not null default true,
	epoch     bigint not null default 1, -- raised, it ends every token
	created   timestamptz not null default now(),
	unique (district, name)
);

create table homeroom.secret (
	application bigint not null
		references homeroom.application on delete cascade,
	hash        bytea not null,
	created     timestamptz not null default now(),
	expires     timestamptz,
	primary key (application, hash)
);

create table homeroom."grant" (
	id          bigint generated always as identity primary key,
	application bigint not null
		references homeroom.application on delete cascade,
	district    integer not null references homeroom.district,
	full_access boolean not null default false,
	scopes      text[] not null default '{}',
	created     timestamptz not null default now(),
	unique (application, district)
);

-- The rows that a restricted grant can see, compiled when a version is
-- published: those with since <= version and, unless null, version < until.
create table homeroom.visible (
	grant_id   bigint not null
		references homeroom."grant" on delete cascade,
	entity     smallint not null,
	sourced_id text collate "C" not null,
	since      bigint not null,
	until      bigint,
	primary key (grant_id, entity, sourced_id, since)
);

create table homeroom.signing_key (
	kid        text primary key,
	algorithm  text not null,
	public_jwk jsonb not null,
	sealed     bytea not null, -- the private key, encrypted with our own
	created    timestamptz not null default now(),
	retires    timestamptz not null, -- signs no more
	expires    timestamptz not null  -- verifies no more
);

-- Who changed which setting, when, and what it was.
create table homeroom.setting_change (
	id       bigint generated always as identity primary key,
	district integer references homeroom.district,
	who      text not null,
	at       timestamptz not null default now(),
	kind     text not null,
	name     text not null,
	before   jsonb,
	after    jsonb
);

-- Row-level security is keyed by two settings of the transaction: which
-- district and which grant it publishes for. Without them nothing is seen;
-- once set in a session, they are empty, not absent, in later transactions.
create function homeroom.key_district() returns integer
language sql stable parallel safe
return nullif(current_setting('homeroom.district', true), '')::integer;

create function homeroom.key_grant() returns bigint
language sql stable parallel safe
return nullif(current_setting('homeroom.grant', true), '')::bigint;

alter table homeroom.version enable row level security;
alter table homeroom.version force row level security;
create policy keyed on homeroom.version for select
	to homeroom_publish_full, homeroom_publish_restricted
	using (district = homeroom.key_district());
create policy served on homeroom.version for select
	to homeroom_serve using (true);

alter table homeroom.visible enable row level security;
alter table homeroom.visible force row level security;
create policy keyed on homeroom.visible for select
	to homeroom_publish_restricted
	using (grant_id = homeroom.key_grant());

grant select on homeroom.version
	to homeroom_publish_full, homeroom_publish_restricted;
grant select on homeroom.visible to homeroom_publish_restricted;

grant select on homeroom.migration, homeroom.district, homeroom.source,
	homeroom.version, homeroom.import, homeroom.application,
	homeroom.secret, homeroom."grant", homeroom.signing_key
	to homeroom_serve;
grant insert, update, delete on homeroom.signing_key to homeroom_serve;

grant select on homeroom.migration, homeroom.district, homeroom."grant"
	to homeroom_ingest;
grant select, insert, update, delete on homeroom.source, homeroom.version,
	homeroom.import, homeroom.finding, homeroom.visible
	to homeroom_ingest;

-- News for every process that keeps something in memory: an application's
-- rights have changed (payload: its id), a version is published (payload:
-- district and version).
create function homeroom.announce_application() returns trigger
language plpgsql as $$
begin
	perform pg_notify('homeroom_application',
		coalesce(new.application, old.application)::text);
	return null;
end $$;

create function homeroom.announce_application_itself() returns trigger
language plpgsql as $$
begin
	perform pg_notify('homeroom_application',
		coalesce(new.id, old.id)::text);
	return null;
end $$;

create function homeroom.announce_version() returns trigger
language plpgsql as $$
begin
	perform pg_notify('homeroom_version',
		new.district || ' ' || new.version);
	return null;
end $$;

create trigger announce after insert or update or delete
	on homeroom.application
	for each row execute function homeroom.announce_application_itself();
create trigger announce after insert or update or delete on homeroom.secret
	for each row execute function homeroom.announce_application();
create trigger announce after insert or update or delete on homeroom."grant"
	for each row execute function homeroom.announce_application();
create trigger announce after insert on homeroom.version
	for each row execute function homeroom.announce_version();
