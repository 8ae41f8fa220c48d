-- Notifications: whom to tell of what. What happened is written down in the
-- transaction in which it did; a job of each notification tells of all that
-- has gathered by then in one message.

create table homeroom.notification (
	id       integer generated always as identity primary key,
	district integer not null references homeroom.district,
	name     text not null,
	settings jsonb not null,
	unique (district, name)
);

-- What happened, if anybody wants to know.
create table homeroom.event (
	id       bigint generated always as identity primary key,
	district integer not null references homeroom.district,
	kind     text not null,  -- "run.failed"
	subject  text not null,  -- "source sis"
	data     jsonb not null, -- texts by their names: {"reason": …}
	at       timestamptz not null
);

-- A message; while it is neither sent nor given up, it is tried again.
create table homeroom.message (
	id           bigint generated always as identity primary key,
	notification integer not null
		references homeroom.notification on delete cascade,
	made         timestamptz not null,
	attempts     integer not null default 0,
	sent         timestamptz,
	given_up     timestamptz,
	reason       text -- of the latest failure
);

create index message_open on homeroom.message (notification)
	where sent is null and given_up is null;
create index on homeroom.message (notification, id desc);

-- Who is to be told of which event; by which message, once there is one.
create table homeroom.notice (
	notification integer not null
		references homeroom.notification on delete cascade,
	event        bigint not null
		references homeroom.event on delete cascade,
	message      bigint references homeroom.message on delete cascade,
	primary key (notification, event)
);

create index notice_waiting on homeroom.notice (notification)
	where message is null;
create index on homeroom.notice (message);
create index on homeroom.notice (event);

-- The moment, or the end of the quiet hours that it lies in.
create function homeroom.after_quiet(settings jsonb, moment timestamptz)
returns timestamptz
language plpgsql stable set search_path = pg_catalog as $$
declare
	zone text := coalesce(settings #>> '{quiet,timeZone}', 'UTC');
	here timestamp := moment at time zone zone;
	first time := settings #>> '{quiet,from}';
	last time := settings #>> '{quiet,until}';
begin
	if first is null or last is null or first = last then
		return moment;
	elsif first < last then
		if here::time < first or here::time >= last then
			return moment;
		end if;
	elsif here::time >= first then
		return (here::date + 1 + last) at time zone zone;
	elsif here::time >= last then
		return moment;
	end if;
	return (here::date + last) at time zone zone;
end $$;

-- Writes an event down for those who want to know of its kind, and has them
-- told: not before their window is over, nor in their quiet hours.
create function homeroom.put_event(whose integer, what text, about text,
	details jsonb, moment timestamptz)
returns void
language plpgsql set search_path = pg_catalog as $$
declare
	put bigint;
	wants record;
begin
	for wants in
		select id, name, settings from homeroom.notification
		where district = whose
			and coalesce((settings ->> 'enabled')::boolean, true)
			and settings -> 'events' ? what
		order by id
	loop
		if put is null then
			insert into homeroom.event (district, kind, subject, data, at)
			values (whose, what, about, details, moment)
			returning id into put;
		end if;
		insert into homeroom.notice (notification, event)
		values (wants.id, put);
		insert into homeroom.job (district, kind, subject, wanted)
		values (whose, 'notify', wants.name,
			homeroom.after_quiet(wants.settings, moment +
				coalesce((wants.settings ->> 'window')::integer, 5)
				* interval '1 minute'))
		on conflict (district, kind, subject) where outcome is null
		do nothing;
	end loop;
end $$;

-- What happens while a job tells of what was there before needs another one:
-- of a kind and subject only one is open.
create function homeroom.wake_notification() returns trigger
language plpgsql set search_path = pg_catalog as $$
begin
	insert into homeroom.job (district, kind, subject, wanted)
	select n.district, 'notify', n.name, homeroom.after_quiet(n.settings,
		now() + case new.outcome when 'failed' then interval '15 minutes'
			else interval '0' end)
	from homeroom.notification n
	where n.district = new.district and n.name = new.subject
		and exists (select from homeroom.notice o
			where o.notification = n.id and o.message is null)
	on conflict (district, kind, subject) where outcome is null do nothing;
	return null;
end $$;

create trigger wake after update of outcome on homeroom.job
	for each row when (new.kind = 'notify' and new.outcome is not null
		and old.outcome is null)
	execute function homeroom.wake_notification();

-- A run that failed for good, or for the third time; what was refused has an
-- event of its own.
create function homeroom.tell_of_job() returns trigger
language plpgsql set search_path = pg_catalog as $$
begin
	perform homeroom.put_event(new.district, 'run.failed',
		new.kind || ' ' || new.subject,
		jsonb_build_object('reason', coalesce(new.reason, ''),
			'attempts', new.attempts::text,
			'more', case when new.outcome is null
				then 'it is tried again' else 'it is given up' end),
		now());
	return null;
end $$;

create trigger tell after update of outcome, attempts, reason on homeroom.job
	for each row when (new.kind <> 'notify'
		and coalesce(new.reason, '') not like 'refused: %'
		and (new.outcome = 'failed' and old.outcome is null
			or new.outcome is null and new.attempts = 3
				and new.worker is null and old.worker is not null
				and new.reason is not null))
	execute function homeroom.tell_of_job();

create function homeroom.tell_of_import() returns trigger
language plpgsql set search_path = pg_catalog as $$
begin
	perform homeroom.put_event(new.district, 'import.' || new.outcome,
		'source ' || s.name,
		jsonb_build_object('import', new.id::text,
			'reason', coalesce(new.report ->> 'reason', '')),
		now())
	from homeroom.source s where s.id = new.source;
	return null;
end $$;

create trigger tell after update of outcome on homeroom.import
	for each row when (new.outcome in ('refused', 'waiting')
		and new.outcome is distinct from old.outcome)
	execute function homeroom.tell_of_import();

grant select, insert, update, delete on homeroom.notification, homeroom.event,
	homeroom.message, homeroom.notice to homeroom_ingest;
