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
	root     text not null default '', -- the place of all places
	read_as  text, -- which attributes were read, all of them
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
	name       text not null, -- within its place
	place      text not null, -- the address of what it lies in
	address    text not null,
	login      text, -- by which one signs in
	enabled    boolean not null,
	shielded   boolean not null default false, -- by the directory itself
	restorable boolean not null default false,
	lost       boolean not null default false, -- it would not be restored
	gone       timestamptz,
	logon      timestamptz, -- the last; null: never, or not known
	attributes jsonb not null default '{}', -- name → list of values
	-- The ledger, which no directory keeps.
	person     text collate "C", -- sourcedId of a user
	linked     timestamptz,
	linked_by  text, -- "created", "employeeNumber", or who did
	ours       boolean not null default false, -- made by us
	disabled   timestamptz, -- since when, by us or as we saw
	disabled_by_us boolean not null default false,
	due        timestamptz, -- to be deleted
	protected  boolean not null default false,
	basis      text, -- of the login, when it was given
	primary key (directory, anchor)
);

create unique index account_person on homeroom.account (directory, person)
	where person is not null and gone is null;
create index account_login on homeroom.account (directory, lower(login));

-- A reading on its way into the picture.
create unlogged table homeroom.seen (
	directory  integer not null,
	number     bigint not null, -- of two of one anchor the later holds
	kind       text not null,
	anchor     text collate "C" not null,
	name       text not null,
	place      text not null,
	address    text not null,
	login      text,
	enabled    boolean not null,
	shielded   boolean not null,
	restorable boolean not null,
	gone       boolean not null,
	gone_since timestamptz,
	logon      timestamptz,
	attributes jsonb not null,
	tells_members boolean not null
);

create index on homeroom.seen (directory, anchor);

create unlogged table homeroom.seen_member (
	directory integer not null,
	number    bigint not null,
	member    text collate "C" not null
);

create index on homeroom.seen_member (directory, number);

-- ANALYZE is the owner's right.
create function homeroom.refresh_seen() returns void
language plpgsql security definer set search_path = pg_catalog as $$
begin
	analyze homeroom.seen, homeroom.seen_member;
end $$;

revoke execute on function homeroom.refresh_seen() from public;
grant execute on function homeroom.refresh_seen() to homeroom_ingest;

create table homeroom.place (
	directory integer not null
		references homeroom.directory on delete cascade,
	anchor    text collate "C" not null,
	address   text not null,
	primary key (directory, anchor)
);

create table homeroom.directory_group (
	directory  integer not null
		references homeroom.directory on delete cascade,
	anchor     text collate "C" not null,
	name       text not null,
	place      text not null,
	address    text not null,
	login      text,
	shielded   boolean not null default false,
	attributes jsonb not null default '{}',
	primary key (directory, anchor)
);

create index on homeroom.directory_group (directory, lower(name));

create table homeroom.membership (
	directory integer not null
		references homeroom.directory on delete cascade,
	"group"   text collate "C" not null, -- anchors, both
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
	target   text not null default '', -- a membership's group, by address
	before   jsonb,
	after    jsonb,
	reason   text not null,
	rule     text,
	basis    text, -- of a login that is given anew
	state    text not null default 'waiting' check (state in ('waiting',
		'taken', 'done', 'failed', 'blocked', 'asking', 'dropped')),
	attempts integer not null default 0,
	wanted   timestamptz, -- not before
	-- Who has it: the session of Postgres, which ends with its process, and
	-- until when at most.
	hand     integer,
	lease    timestamptz,
	sent     boolean not null default false, -- its outcome may be unknown
	code     text,
	words    text, -- the directory's own, when it refused
	ended    timestamptz,
	primary key (plan, number)
);

create index action_open on homeroom.action (plan, stage, target, number)
	where state in ('waiting', 'taken');
create index action_subject on homeroom.action (plan, subject);

-- A value of an action for people: a list without its brackets.
create function homeroom.words(value jsonb) returns text
language sql immutable set search_path = pg_catalog as $$
	select case when value is null or value = '[]' then '-'
		when jsonb_typeof(value) = 'array' then
			(select string_agg(v, ' ')
			from jsonb_array_elements_text(value) v)
		else value #>> '{}' end
$$;

-- What an action changes, in a line.
create function homeroom.change_words(before jsonb, after jsonb)
returns text language sql immutable set search_path = pg_catalog as $$
	select string_agg(key || ': ' || homeroom.words(before -> key)
		|| ' → ' || homeroom.words(after -> key), ', ' order by key)
	from (select jsonb_object_keys(coalesce(before, '{}')) as key
		union select jsonb_object_keys(coalesce(after, '{}'))) keys
$$;

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

-- What is not as it should be, beside what a plan does: who, what, and what
-- could be done about it. `login_most` and `login_banned`: what the directory
-- takes.
create function homeroom.findings(wanted integer, at timestamptz,
	login_most integer, login_banned text)
returns table (finding text, person text, anchor text, account text,
	place text, detail text, proposed text, target text)
language sql stable set search_path = pg_catalog as $$
	with live as (
		select a.* from homeroom.account a
		where a.directory = wanted and a.gone is null
			and not a.protected and not a.shielded),
	keys as (
		select l.anchor, l.person, k.name, lower(v.value) as value
		from live l
		cross join (values ('employeeNumber'), ('employeeID'), ('mail'))
			as k (name)
		cross join lateral jsonb_array_elements_text(
			l.attributes -> k.name) v)
	select 'orphan', null, l.anchor, l.login, l.place,
		case when l.enabled then 'it is enabled'
		else 'it is disabled' end,
		case when l.enabled then 'disable' end, ''
	from live l where l.person is null
	union all
	select 'duplicate', o.person, l.anchor, l.login, l.place,
		'the same ' || string_agg(distinct k.name, ', ') || ' as '
			|| coalesce(min(h.login), ''),
		case when l.enabled then 'disable' end, ''
	from live l
	join keys k on k.anchor = l.anchor and k.person is null
	join keys o on o.name = k.name and o.value = k.value
		and o.person is not null
	join live h on h.anchor = o.anchor
	where l.person is null
	group by o.person, l.anchor, l.login, l.place, l.enabled
	union all
	select 'disabled-in-group', l.person, l.anchor, l.login, l.place,
		g.address, 'leave', g.address
	from live l
	join homeroom.membership m on m.directory = wanted
		and m.member = l.anchor
	join homeroom.directory_group g on g.directory = wanted
		and g.anchor = m."group" and not g.shielded
	where not l.enabled
	union all
	select 'bad-name', l.person, l.anchor, l.login, l.place,
		case when length(l.login) > login_most
			then 'longer than ' || login_most || ' characters'
		else 'characters that a login may not have' end, null, ''
	from live l
	where length(l.login) > login_most
		or translate(l.login, login_banned, '') <> l.login
	union all
	select 'never-used', l.person, l.anchor, l.login, l.place,
		'nobody has signed in since '
			|| to_char(l.linked at time zone 'UTC', 'YYYY-MM-DD'),
		null, ''
	from live l
	where l.person is not null and l.enabled and l.logon is null
		and l.linked < at - interval '30 days'
	union all
	select 'no-known-place', l.person, l.anchor, l.login, l.place,
		'it lies in no container that was read', null, ''
	from live l
	where l.person is not null and not exists (
		select from homeroom.place p
		where p.directory = wanted
		and lower(p.address) = lower(l.place))
	union all
	select 'left', l.person, l.anchor, l.login, l.place,
		'the roster has no such person', 'disable', ''
	from live l
	join homeroom.directory d on d.id = wanted
	where l.person is not null and l.enabled and not exists (
		select from roster.users u
		where u.district = d.district and u.sourced_id = l.person
			and u.status = 'active')
$$;

revoke execute on function homeroom.findings(integer, timestamptz, integer,
	text) from public;
grant execute on function homeroom.findings(integer, timestamptz, integer,
	text) to homeroom_ingest;

create trigger forget_schedule after delete on homeroom.directory
	for each row execute function homeroom.forget_schedule('sync');

grant select, insert, update, delete on homeroom.directory, homeroom.rule,
	homeroom.account, homeroom.place, homeroom.directory_group,
	homeroom.membership, homeroom.given_name, homeroom.plan,
	homeroom.action, homeroom.reconciliation, homeroom.seen,
	homeroom.seen_member to homeroom_ingest;
