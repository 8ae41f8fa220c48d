-- People: what each source said last of each of its users, which person that
-- is, and what was decided by hand.

create table roster.said_users (
	district int not null,
	source int not null,
	sourced_id text collate "C" not null,
	user_master_identifier text,
	username text,
	user_ids text[],
	enabled_user boolean,
	given_name text,
	family_name text,
	middle_name text,
	preferred_first_name text,
	preferred_middle_name text,
	preferred_last_name text,
	pronouns text,
	role text collate "C",
	org_ids text[] collate "C",
	primary_org_id text collate "C",
	identifier text,
	email text,
	sms text,
	phone text,
	agent_ids text[] collate "C",
	grades text[],
	metadata jsonb,
	status text collate "C" not null, -- tobedeleted: it says it no more
	fingerprint uuid, -- null: to be looked at again
	birth_date date,
	person text collate "C", -- the live row; null: it waits
	rule text, -- that found the person; null: it stands for itself
	review text, -- why somebody must look at it
	candidates text[] collate "C", -- persons that it may be
	import bigint, -- in which it last changed
	line int, -- of users.csv there
	primary key (district, source, sourced_id)
);
create index on roster.said_users (district, source)
	where person is distinct from sourced_id;
grant select, insert, update, delete on roster.said_users
	to homeroom_ingest;

insert into roster.said_users (district, source, sourced_id,
	user_master_identifier, username, user_ids, enabled_user, given_name,
	family_name, middle_name, preferred_first_name, preferred_middle_name,
	preferred_last_name, pronouns, role, org_ids, primary_org_id, identifier,
	email, sms, phone, agent_ids, grades, metadata, status, fingerprint, person)
select district, source, sourced_id,
	user_master_identifier, username, user_ids, enabled_user, given_name,
	family_name, middle_name, preferred_first_name, preferred_middle_name,
	preferred_last_name, pronouns, role, org_ids, primary_org_id, identifier,
	email, sms, phone, agent_ids, grades, metadata, status, fingerprint,
	sourced_id
from roster.users where status = 'active';

-- What somebody decided: that a record is that person, or is not. Rules never
-- overrule it.
create table homeroom.person_decision (
	district   integer not null references homeroom.district,
	source     integer not null
		references homeroom.source on delete cascade,
	sourced_id text collate "C" not null, -- of the source's record
	person     text collate "C" not null,
	same       boolean not null,
	who        text not null,
	at         timestamptz not null default now(),
	primary key (district, source, sourced_id, person)
);
grant select, insert, update, delete on homeroom.person_decision
	to homeroom_ingest;

-- What settings say of a district; whether they say otherwise of its people
-- than when these were merged.
alter table homeroom.district
	add settings jsonb not null default '{}',
	add remerge boolean not null default false;
grant update (remerge) on homeroom.district to homeroom_ingest;

-- A source's place in its district's order; null: it has none.
create function homeroom.source_place(source integer) returns integer
language sql stable return (
	select o.place from homeroom.source s
	join homeroom.district d on d.id = s.district
	cross join jsonb_array_elements_text(d.settings -> 'sources')
		with ordinality as o (name, place)
	where s.id = $1 and o.name = s.name
	order by o.place limit 1
);

-- What values are compared by, exactly: what looks and means the same is the
-- same. Of names, only their letters and digits count.
create function homeroom.match_value(value text) returns text
language sql immutable parallel safe
return nullif(btrim(lower(normalize(value, NFKC) collate "und-x-icu")), '')
	collate "C";

create function homeroom.match_name(value text) returns text
language sql immutable parallel safe
return nullif(regexp_replace(
	lower(normalize(value, NFKC) collate "und-x-icu"),
	'[[:space:][:punct:]´`ʻʼ]', '', 'g'), '') collate "C";

-- Lists of several sources as one: the first's, then what it lacks.
create function homeroom.merge_list(a text[], b text[]) returns text[]
language sql immutable parallel safe
return case when a is null then b when b is null then a else a ||
	array(select x from unnest(b) with ordinality as i (x, n)
		where x <> all (a) order by n) end;

create function homeroom.merge_pairs(a text[], b text[]) returns text[]
language sql immutable parallel safe
return case when a is null then b when b is null then a else a ||
	coalesce((select array_agg(array[b[i][1], b[i][2]] order by i)
		from generate_subscripts(b, 1) as i where not exists (
			select from generate_subscripts(a, 1) as j
			where a[j][1] = b[i][1] and a[j][2] = b[i][2])),
		'{}') end;

-- What sources said has no history.
create or replace function homeroom.refresh_statistics(entity text) returns void
language plpgsql security definer set search_path = pg_catalog as $$
begin
	execute format('analyze roster.%I', entity);
	if to_regclass(format('history.%I', entity)) is not null then
		execute format('analyze history.%I', entity);
	end if;
end $$;
