-- Notifications about people go to whom it concerns: teachers, a manager, a
-- school. Each recipient gets a message of their own, with what is theirs.

alter table homeroom.message
	-- null: those whom settings name; '': nobody was found.
	add recipient text;

-- An event is told to each recipient.
alter table homeroom.notice
	drop constraint notice_pkey,
	-- The person's, when the message was made: whom it was for.
	add school text collate "C";
create unique index notice_once on homeroom.notice
	(notification, event, coalesce(message, 0));

-- The last day of a person that was told of, before it came.
alter table homeroom.account add leaving date;

-- It need not be changed at the first logon.
alter table homeroom.password add lasting boolean not null default false;

-- --- when -------------------------------------------------------------------

-- The last moment of a day at which a digest goes out, not after this one.
create function homeroom.digest_before(settings jsonb, moment timestamptz)
returns timestamptz
language plpgsql stable set search_path = pg_catalog as $$
declare
	zone text := coalesce(settings #>> '{daily,timeZone}', 'UTC');
	goes time := settings #>> '{daily,at}';
	day date := (moment at time zone zone)::date;
begin
	if (day + goes) at time zone zone > moment then
		day := day - 1;
	end if;
	return (day + goes) at time zone zone;
end $$;

-- When what happened at a moment is told: with the day's digest, or when the
-- window is over; not in quiet hours.
create function homeroom.told_at(settings jsonb, moment timestamptz)
returns timestamptz
language plpgsql stable set search_path = pg_catalog as $$
begin
	if settings ? 'daily' then
		-- A day of the clocks may have 25 hours.
		moment := homeroom.digest_before(settings, homeroom.digest_before(
			settings, moment) + interval '26 hours');
	else
		moment := moment + coalesce((settings ->> 'window')::integer, 5)
			* interval '1 minute';
	end if;
	return homeroom.after_quiet(settings, moment);
end $$;

create or replace function homeroom.put_event(whose integer, what text,
	about text, details jsonb, moment timestamptz)
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
			homeroom.told_at(wants.settings, moment))
		on conflict (district, kind, subject) where outcome is null
		do nothing;
	end loop;
end $$;

-- Jobs of notifications that have something to tell and none. What was not
-- gathered waits for its time, what was gathered does not.
create function homeroom.wake_notifications(moment timestamptz, one text,
	whose integer)
returns void
language sql set search_path = pg_catalog as $$
	insert into homeroom.job (district, kind, subject, wanted)
	select n.district, 'notify', n.name, homeroom.after_quiet(n.settings,
		case when n.settings ? 'daily' and open.message is null
			then greatest(moment, homeroom.told_at(n.settings, first.at))
		else moment end)
	from homeroom.notification n
	left join lateral (
		select min(e.at) as at from homeroom.notice o
		join homeroom.event e on e.id = o.event
		where o.notification = n.id and o.message is null) first on true
	left join lateral (
		select min(m.id) as message from homeroom.message m
		where m.notification = n.id and m.sent is null
			and m.given_up is null) open on true
	where n.name = coalesce(one, n.name)
		and n.district = coalesce(whose, n.district)
		and (first.at is not null or open.message is not null)
	on conflict (district, kind, subject) where outcome is null do nothing
$$;

create or replace function homeroom.wake_notification() returns trigger
language plpgsql set search_path = pg_catalog as $$
begin
	perform homeroom.wake_notifications(now() + case new.outcome
		when 'failed' then interval '15 minutes'
		else interval '0' end, new.subject, new.district)
	where exists (select from homeroom.notification n
		join homeroom.notice o on o.notification = n.id
		where n.district = new.district and n.name = new.subject
			and o.message is null);
	return null;
end $$;

-- --- to whom ----------------------------------------------------------------

-- The school that a person is at; of one who is not in the roster any more, the
-- one that is known otherwise.
create function homeroom.school_of(whose integer, who text, otherwise text)
returns text
language sql stable as $$
	select coalesce((
		select coalesce(u.primary_org_id, u.org_ids[1])
		from roster.users u
		where u.district = whose and u.sourced_id = who
			and u.status = 'active'), otherwise, '')
$$;

create function homeroom.in_roster(whose integer, who text) returns boolean
language sql stable as $$
	select exists (select from roster.users u
		where u.district = whose and u.sourced_id = who
			and u.status = 'active')
$$;

-- Whether an application may know a person: it sees them, or saw them before
-- they left the roster.
create function homeroom.knows(whose integer, application text, who text)
returns boolean
language sql stable as $$
	select exists (
		select from homeroom.application a
		join homeroom."grant" g on g.application = a.id
			and g.district = a.district
		where a.district = whose and a.name = $2 and a.enabled and g.enabled
			and homeroom.is_in_force(g.district, g.valid_from,
				g.valid_until)
			and (g.full_access or exists (
				select from homeroom.visible v
				where v.grant_id = g.id and v.entity = 5
					and v.sourced_id = who
					and (v.until is null and not v.gone
						or not homeroom.in_roster(whose,
							who)))))
$$;

-- What a name in an address stands for: {teachers}, {metadata.manager}. Who is
-- named by an id or a number and not by an address is looked up.
create function homeroom.address_parts(asked text, whose integer, who text,
	school text, moment timestamptz)
returns setof text
language sql stable as $$
	select t.email
	from roster.enrollments e
	join roster.enrollments o on o.district = e.district
		and o.class_id = e.class_id and o.role = 'teacher'
		and o.status = 'active'
		and coalesce(o.begin_date <= moment::date, true)
		and coalesce(o.end_date >= moment::date, true)
	join roster.users t on t.district = o.district
		and t.sourced_id = o.user_id and t.status = 'active'
	where asked = 'teachers' and e.district = whose and e.user_id = who
		and e.role = 'student' and e.status = 'active'
		and coalesce(e.begin_date <= moment::date, true)
		and coalesce(e.end_date >= moment::date, true)
	union
	select a.email
	from roster.users u
	join roster.users a on a.district = u.district
		and a.sourced_id = any (u.agent_ids) and a.status = 'active'
	where asked = 'agents' and u.district = whose and u.sourced_id = who
	union
	select case asked when 'identifier' then u.identifier
		else u.metadata ->> substr(asked, 10) end
	from roster.users u
	where (asked = 'identifier' or asked like 'metadata.%')
		and u.district = whose and u.sourced_id = who
	union
	select min(m.email)
	from roster.users u
	join roster.users m on m.district = u.district and m.status = 'active'
		and (m.sourced_id = u.metadata ->> substr(asked, 10)
			or m.identifier_key = lower(
				u.metadata ->> substr(asked, 10)))
	where asked like 'metadata.%' and u.district = whose
		and u.sourced_id = who
	having count(*) = 1
	union
	select case asked when 'school' then school
		when 'school.identifier' then o.identifier
		else o.metadata ->> substr(asked, 17) end
	from roster.orgs o
	where (asked in ('school', 'school.identifier')
			or asked like 'school.metadata.%')
		and o.district = whose and o.sourced_id = school
$$;

-- Whether an address is the account's own, by what directories and the roster
-- say, or by its login.
create function homeroom.is_own_address(mailbox text, whose integer, who text)
returns boolean
language sql stable as $$
	select exists (
		select from roster.users u
		where u.district = whose and u.sourced_id = who
			and lower(mailbox) in (u.email_key, u.username_key,
				u.username_key || '@' || split_part(lower(mailbox),
					'@', 2)))
	or exists (
		select from homeroom.directory d
		join homeroom.account a on a.directory = d.id
		left join lateral jsonb_each(a.attributes) as x (name, list)
			on jsonb_typeof(x.list) = 'array'
		left join lateral jsonb_array_elements_text(x.list) as v (value)
			on true
		where d.district = whose and a.person = who
			and (lower(split_part(mailbox, '@', 1)) = lower(a.login)
				or lower(mailbox) = regexp_replace(lower(v.value),
					'^smtp:', '')))
$$;

-- The addresses that `mail.to` makes of a person. What comes to none is left
-- out, and of two in one value both.
create function homeroom.recipients(settings jsonb, whose integer, who text,
	school_id text, moment timestamptz)
returns setof text
language sql stable as $$
	select distinct made.address
	from jsonb_array_elements_text(settings #> '{mail,to}') as entry
	cross join lateral regexp_match(entry,
		'^([^{]*)\{([A-Za-z0-9._-]+)\}([^{]*)$') as part
	cross join lateral homeroom.address_parts(part[2], whose, who, school_id,
		moment) as said
	cross join lateral (select part[1] || btrim(said) || part[3]) as made
		(address)
	where length(made.address) <= 254 and made.address ~ ('^[A-Za-z0-9'
		|| '!#$%&''*+/=?^_`{|}~.-]+@[A-Za-z0-9]([A-Za-z0-9.-]*'
		|| '[A-Za-z0-9])?$')
		and not (settings -> 'events' ? 'password.waiting'
			and homeroom.is_own_address(made.address, whose, who))
$$;

-- Whether a notification tells of a person at all.
create function homeroom.covers(settings jsonb, whose integer, who text,
	school_id text)
returns boolean
language sql stable as $$
	select coalesce(settings ->> 'school' = school_id, true)
		and (not settings ? 'application' or homeroom.knows(whose,
			settings ->> 'application', who))
$$;

-- Makes a message, for each recipient, of what a notification has not told of
-- yet and is to tell of now.
create function homeroom.gather(wanted integer, moment timestamptz)
returns void
language plpgsql as $$
declare
	n homeroom.notification;
	upto timestamptz := 'infinity';
	named boolean;
begin
	select * into n from homeroom.notification where id = wanted;
	if n.settings ? 'daily' then
		upto := homeroom.digest_before(n.settings, moment);
	end if;
	named := n.settings ? 'webhook' or exists (
		select from jsonb_array_elements_text(n.settings #> '{mail,to}') t
		where t not like '%{%');
	create temporary table gathered on commit drop as
	select o.event, e.data ->> 'person' as person,
		homeroom.school_of(n.district, e.data ->> 'person',
			e.data ->> 'school') as school
	from homeroom.notice o join homeroom.event e on e.id = o.event
	where o.notification = n.id and o.message is null and e.at < upto;
	create temporary table route on commit drop as
	with covered as (
		select g.* from gathered g
		where homeroom.covers(n.settings, n.district, g.person, g.school)),
	found as (
		select c.event, c.school, r as recipient from covered c
		cross join lateral homeroom.recipients(n.settings, n.district,
			c.person, c.school, moment) r
		where c.person is not null)
	select event, school, recipient from found
	union all
	select event, school, null from covered where named
	union all
	select event, school, '' from covered
	where not named and event not in (select event from found);
	with made as (
		insert into homeroom.message (notification, made, recipient,
			given_up, reason)
		select n.id, moment, recipient,
			case when recipient = '' then moment end,
			case when recipient = '' then 'nobody is to be told: '
				'`mail.to` makes no address of the person' end
		from (select distinct recipient from route) r
		order by recipient
		returning id, recipient)
	insert into homeroom.notice (notification, event, message, school)
	select n.id, r.event, m.id, r.school
	from route r join made m on m.recipient is not distinct from r.recipient;
	delete from homeroom.notice o using gathered g
	where o.notification = n.id and o.message is null and o.event = g.event;
	drop table gathered, route;
end $$;

-- --- of what ----------------------------------------------------------------

-- What an event says, and what its message may say of the person besides: no
-- more when they have gone to another school since.
create function homeroom.told_data(whose integer, data jsonb, covered text)
returns jsonb
language sql stable as $$
	select data || coalesce((
		select jsonb_strip_nulls(jsonb_build_object(
			'givenName', u.given_name, 'familyName', u.family_name,
			'identifier', u.identifier,
			'grades', array_to_string(u.grades, ', '),
			'schoolName', (select o.name from roster.orgs o
				where o.district = whose
					and o.sourced_id = covered)))
		from roster.users u
		where u.district = whose and u.sourced_id = data ->> 'person'
			and homeroom.school_of(whose, u.sourced_id, covered)
				= covered), '{}')
$$;

-- A first password that was made with its account waits to be handed over.
create function homeroom.tell_of_password() returns trigger
language plpgsql set search_path = pg_catalog as $$
begin
	perform homeroom.put_event(p.district, 'password.waiting', w.login,
		jsonb_build_object('directory', d.name, 'person', w.person,
			'school', coalesce(new.school, ''), 'reason', new.reason),
		now())
	from homeroom.plan p
	join homeroom.directory d on d.id = p.directory
	join homeroom.password w on w.directory = d.id
		and w.person = new.person
	where p.id = new.plan and w.opened is null and not w.lasting;
	return null;
end $$;

create trigger tell_of_password after update of state on homeroom.action
	for each row when (new.state = 'done' and old.state <> 'done'
		and new.kind in ('create', 'restore'))
	execute function homeroom.tell_of_password();

-- Whoever sends passwords by mail writes in the audit that it opened them, and
-- nothing else.
create function homeroom.note_passwords(whose integer, by_whom text,
	directory text, said jsonb)
returns void
language sql security definer set search_path = pg_catalog as $$
	insert into homeroom.setting_change (district, who, kind, name, after)
	values (whose, by_whom, 'password', directory, said)
$$;

revoke execute on function homeroom.note_passwords(integer, text, text, jsonb)
	from public;
grant execute on function homeroom.note_passwords(integer, text, text, jsonb)
	to homeroom_ingest;

-- Whose a grant is, for notifications about those whom it shows.
grant select (id, district, name, enabled) on homeroom.application
	to homeroom_ingest;
