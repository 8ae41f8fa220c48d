-- Accounts that no rule wants any more, while their persons are still there:
-- they have their days, as leavers' have, of the rule that wanted them last.

alter table homeroom.account
	add column rule text, -- that wants it, or was the last to
	add column unwanted timestamptz; -- since when none does

-- What is not as it should be, beside what a plan does: who, what, and what
-- could be done about it. `login_most` and `login_banned`: what the directory
-- takes.
create or replace function homeroom.findings(wanted integer, at timestamptz,
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
	union all
	select 'unwanted', l.person, l.anchor, l.login, l.place,
		'no rule wants it any more, since '
			|| to_char(l.unwanted at time zone z.name, 'YYYY-MM-DD')
			|| coalesce('; to be deleted on '
			|| to_char(l.due at time zone z.name, 'YYYY-MM-DD'), ''),
		case when l.enabled then 'disable' end, ''
	from live l
	join homeroom.directory d on d.id = wanted
	cross join lateral (select coalesce(d.settings ->> 'timeZone', 'UTC'))
		as z (name)
	where l.person is not null and l.unwanted is not null and exists (
		select from roster.users u
		where u.district = d.district and u.sourced_id = l.person
			and u.status = 'active')
$$;

