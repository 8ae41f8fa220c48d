-- The audit: who read what and when, as a chain. Each row's hash covers what
-- it says and the hash of the row before it, so none can be changed, taken out
-- or put in between without breaking what follows.

create table homeroom.audit (
	number      bigint primary key, -- without gaps
	at          timestamptz not null,
	district    integer, -- null: nobody that is known asked
	application bigint,
	grant_id    bigint,
	who         text, -- of the command line
	address     inet, -- a network for what was asked by nobody known
	method      text not null,
	endpoint    text not null, -- the route: never an id
	filter      text, -- names of fields, never values
	since       text, -- a delta: the version, or the time
	status      integer,
	fault       text,
	requests    bigint not null, -- many when busy; 0: more of one before
	rows        bigint,
	bytes       bigint,
	version     bigint,
	request     text, -- X-Request-Id, of the first
	change      bigint, -- the row of setting_change that this one vouches for
	hash        bytea not null
);

create index on homeroom.audit using brin (at);
create index on homeroom.audit (application, number);
create index on homeroom.audit (change) where change is not null;

-- Where the chain ends, and where what was purged ended. A row each.
create table homeroom.audit_head (
	number bigint not null,
	hash   bytea not null
);
create table homeroom.audit_purged (
	number bigint not null,
	hash   bytea not null
);
insert into homeroom.audit_head values (0, sha256(''));
insert into homeroom.audit_purged values (0, sha256(''));

-- How much of each server's spool is here.
create table homeroom.audit_spool (
	name    text primary key,
	shipped bigint not null default 0,
	noted   timestamptz not null default now()
);

-- What a row's hash covers; queries/audit_chain.sql says the same.
create function homeroom.audit_text(a homeroom.audit) returns text
language sql stable set search_path = pg_catalog as $$
	select (jsonb_strip_nulls(to_jsonb(a) - 'hash' || jsonb_build_object(
			'at', extract(epoch from a.at)::text))
		|| coalesce((select jsonb_build_object('setting', to_jsonb(c)
				|| jsonb_build_object(
				'at', extract(epoch from c.at)::text))
			from homeroom.setting_change c where c.id = a.change),
			'{}'))::text
$$;

create function homeroom.audit_add(entries homeroom.audit[]) returns void
language plpgsql security definer set search_path = pg_catalog as $$
declare
	head  homeroom.audit_head;
	entry homeroom.audit;
begin
	select * into strict head from homeroom.audit_head for update;
	foreach entry in array entries loop
		head.number := head.number + 1;
		entry.number := head.number;
		head.hash := sha256(head.hash || convert_to(
			homeroom.audit_text(entry), 'UTF8'));
		entry.hash := head.hash;
		insert into homeroom.audit values (entry.*);
	end loop;
	update homeroom.audit_head
	set number = head.number, hash = head.hash;
end $$;

-- The one door for those who serve: objects with the columns' names. Of a spool
-- the bytes from `since` to `upto` are in it, once and for all.
create function homeroom.audit_append(spool text, since bigint, upto bigint,
	entries jsonb) returns void
language plpgsql security definer set search_path = pg_catalog as $$
begin
	if spool is not null then
		insert into homeroom.audit_spool (name) values (spool)
		on conflict do nothing;
		update homeroom.audit_spool s set shipped = upto, noted = now()
		where s.name = spool and s.shipped = since;
		if not found then
			raise exception 'this part of the spool is not next'
				using errcode = 'serialization_failure';
		end if;
	end if;
	perform homeroom.audit_add((
		select coalesce(array_agg(jsonb_populate_record(
			null::homeroom.audit,
			entry || jsonb_build_object('change', null,
				'district', a.district, 'grant_id', g.id))
			order by place), '{}')
		from jsonb_array_elements(entries) with ordinality
			as list(entry, place)
		left join homeroom.application a
			on a.id = (entry ->> 'application')::bigint
		left join homeroom."grant" g on g.application = a.id
			and g.district = a.district));
end $$;

create function homeroom.audit_shipped(spool text) returns bigint
language sql stable security definer set search_path = pg_catalog as $$
	select coalesce((select s.shipped from homeroom.audit_spool s
		where s.name = spool), 0)
$$;

-- Drops what is older than `before`, from the beginning of the chain on; what
-- remains is the hash that the rest begins with. Tells how many rows went, and
-- where the chain ends.
create function homeroom.audit_purge(before timestamptz,
	out dropped bigint, out number bigint, out hash bytea)
language plpgsql security definer set search_path = pg_catalog as $$
declare
	oldest timestamptz := least(before, now() - interval '1 day');
	keep   bigint;
begin
	perform from homeroom.audit_purged for update;
	select h.number, h.hash into strict number, hash
	from homeroom.audit_head h;
	select a.number into keep from homeroom.audit a
	where a.at >= oldest order by a.number limit 1;
	keep := coalesce(keep, audit_purge.number + 1);
	update homeroom.audit_purged p set number = a.number, hash = a.hash
	from homeroom.audit a where a.number = keep - 1;
	delete from homeroom.audit a where a.number < keep;
	get diagnostics dropped = row_count;
	delete from homeroom.audit_spool s where s.noted < oldest;
end $$;

-- Changed settings and new versions are links of the chain too, made with them
-- and last of all, so that nobody waits long for the head.
create function homeroom.audit_change() returns trigger
language plpgsql security definer set search_path = pg_catalog as $$
begin
	perform homeroom.audit_add(array[jsonb_populate_record(
		null::homeroom.audit, jsonb_build_object('at', new.at,
			'district', new.district, 'who', new.who,
			'method', 'change', 'endpoint', new.kind,
			'requests', 0, 'change', new.id))]);
	return null;
end $$;

create function homeroom.audit_version() returns trigger
language plpgsql security definer set search_path = pg_catalog as $$
begin
	perform homeroom.audit_add(array[jsonb_populate_record(
		null::homeroom.audit, jsonb_build_object('at', now(),
			'district', new.district, 'method', 'publish',
			'endpoint', coalesce('import ' || new.import, new.note,
				'version'),
			'requests', 0, 'version', new.version))]);
	return null;
end $$;

create constraint trigger audited after insert on homeroom.setting_change
	deferrable initially deferred
	for each row execute function homeroom.audit_change();
create constraint trigger audited after insert on homeroom.version
	deferrable initially deferred
	for each row execute function homeroom.audit_version();

revoke execute on function homeroom.audit_text(homeroom.audit),
	homeroom.audit_add(homeroom.audit[]),
	homeroom.audit_append(text, bigint, bigint, jsonb),
	homeroom.audit_shipped(text),
	homeroom.audit_purge(timestamptz),
	homeroom.audit_change(), homeroom.audit_version() from public;
grant execute on function
	homeroom.audit_append(text, bigint, bigint, jsonb),
	homeroom.audit_shipped(text) to homeroom_serve;
grant execute on function homeroom.audit_purge(timestamptz)
	to homeroom_ingest;
