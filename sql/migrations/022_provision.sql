-- Provisioning: directories and the rules for them, as settings have them; what
-- was seen of each directory; the ledger of whose account is whose; plans.

create table homeroom.directory (
	id       integer generated always as identity primary key,
	district integer not null references homeroom.district,
	name     text not null,
	kind     text not null, -- "ad"
	settings jsonb not null default '{}',
	created  timestamptz not null default now(),
	-- Readings of it are numbered; an incremental one goes on where the one
	-- before it ended.
	reading  bigint not null default 0,
	cookie   text,
	whole    timestamptz, -- when all of it was read
	observed timestamptz, -- when anything was
	unique (district, name)
);

create table homeroom.rule (
	district integer not null references homeroom.district,
	name     text not null,
	settings jsonb not null,
	primary key (district, name)
);

-- What a directory holds, as it was read last or written since. Keyed by what
-- never changes, however it is renamed or moved. `gone`: it is not there any
-- more; its row stays for whoever comes back.
create table homeroom.account (
	directory  integer not null
		references homeroom.directory on delete cascade,
	anchor     text collate "C" not null,
	name       text not null, -- by which one logs on
	label      text not null default '', -- within its place
	place      text not null,
	enabled    boolean not null,
	attributes jsonb not null default '{}', -- name → list of values
	gone       timestamptz,
	-- The ledger, which no directory keeps.
	person     text collate "C", -- sourcedId of a user
	linked     timestamptz,
	linked_by  text, -- "created", "employeeNumber", or who did
	ours       boolean not null default false, -- made by us
	disabled   timestamptz, -- since when, by us or as we saw
	disabled_by_us boolean not null default false,
	due        timestamptz, -- to be deleted
	protected  boolean not null default false,
	missing    bigint, -- the version in which the person was not found first
	primary key (directory, anchor)
);

create unique index account_person on homeroom.account (directory, person)
	where person is not null and gone is null;
create index account_name on homeroom.account (directory, lower(name));

create table homeroom.place (
	directory integer not null
		references homeroom.directory on delete cascade,
	anchor    text collate "C" not null,
	place     text not null,
	primary key (directory, anchor)
);

create table homeroom.directory_group (
	directory  integer not null
		references homeroom.directory on delete cascade,
	anchor     text collate "C" not null,
	name       text not null,
	place      text not null,
	attributes jsonb not null default '{}',
	primary key (directory, anchor)
);

create index on homeroom.directory_group (directory, lower(name));

create table homeroom.membership (
	directory integer not null
		references homeroom.directory on delete cascade,
	"group"   text collate "C" not null, -- anchors
	member    text collate "C" not null,
	rule      text, -- that put it there; null: not ours
	primary key (directory, "group", member)
);

create index membership_member on homeroom.membership (directory, member);

-- Names that were ever given, in lower case, so that none is given again.
create table homeroom.given_name (
	directory integer not null
		references homeroom.directory on delete cascade,
	name      text collate "C" not null,
	person    text collate "C" not null,
	given     timestamptz not null,
	primary key (directory, name)
);

-- What is to be done to a directory. Made from a version of the roster, a
-- reading of the directory and the settings as they were: of something newer,
-- another plan is made.
create table homeroom.plan (
	id        bigint generated always as identity primary key,
	district  integer not null references homeroom.district,
	directory integer not null
		references homeroom.directory on delete cascade,
	purpose   text not null
		check (purpose in ('sync', 'undo', 'reconcile')),
	of        bigint references homeroom.plan, -- an undo's
	made      timestamptz not null,
	made_by   text not null,
	version   bigint not null,
	reading   bigint not null,
	settings  text not null, -- fingerprint of the directory's and rules'
	scope     jsonb not null default '{}', -- one person, some kinds
	state     text not null check (state in ('making', 'ready', 'held',
		'approved', 'applying', 'done', 'dropped')),
	held      text[] not null default '{}', -- why
	counts    jsonb not null default '{}', -- by kind
	digest    text not null default '', -- of what it does
	approved  timestamptz,
	approved_by text,
	begun     timestamptz,
	ended     timestamptz,
	note      text
);

create index on homeroom.plan (directory, id desc);

create table homeroom.action (
	plan     bigint not null references homeroom.plan on delete cascade,
	number   integer not null,
	-- Those of one subject are done in the order of their stages, and all
	-- places and groups are made before what is put into them.
	stage    smallint not null,
	kind     text not null,
	subject  text collate "C" not null,
	person   text collate "C",
	anchor   text collate "C",
	name     text, -- the account's, the group's, the place's
	school   text collate "C",
	target   text, -- group (of a membership), by anchor or name
	before   jsonb,
	after    jsonb,
	reason   text not null,
	rule     text,
	state    text not null default 'waiting' check (state in ('waiting',
		'taken', 'done', 'failed', 'blocked', 'asking', 'dropped')),
	attempts integer not null default 0,
	wanted   timestamptz, -- not before
	worker   text,
	lease    timestamptz,
	sent     boolean not null default false, -- its outcome may be unknown
	code     text,
	words    text, -- the directory's own, when it refused
	ended    timestamptz,
	primary key (plan, number)
);

create index action_open on homeroom.action (plan, stage, number)
	where state in ('waiting', 'taken');
create index action_subject on homeroom.action (plan, subject);

-- What `homeroom reconcile` found, and how much over time.
create table homeroom.reconciliation (
	id        bigint generated always as identity primary key,
	directory integer not null
		references homeroom.directory on delete cascade,
	at        timestamptz not null,
	version   bigint not null,
	reading   bigint not null,
	counts    jsonb not null
);

create index on homeroom.reconciliation (directory, id desc);

create trigger forget_schedule after delete on homeroom.directory
	for each row execute function homeroom.forget_schedule('sync');

grant select, insert, update, delete on homeroom.directory, homeroom.rule,
	homeroom.account, homeroom.place, homeroom.directory_group,
	homeroom.membership, homeroom.given_name, homeroom.plan,
	homeroom.action, homeroom.reconciliation to homeroom_ingest;
