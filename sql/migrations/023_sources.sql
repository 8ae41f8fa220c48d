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
