-- ledger_created: an account is made.
-- $1: plan
-- $2: number
-- $3: now
-- $4: its anchor
-- $5: its address
-- $6: the attribute by which one signs in
with a as (
	select p.directory, a.person, a.after, a.rule
	from homeroom.action a join homeroom.plan p on p.id = a.plan
	where a.plan = $1::bigint and a.number = $2::integer
	and a.state = 'taken' and a.hand = pg_backend_pid()),
named as (
	insert into homeroom.given_name (directory, name, person, given)
	select directory, lower(after ->> 'login'), person, $3::timestamptz
	from a
	on conflict do nothing),
made as (
	update homeroom.password w set held = null from a
	where w.directory = a.directory and w.person = a.person)
insert into homeroom.account as h (directory, anchor, name, place, address,
	login, enabled, attributes, person, linked, linked_by, ours, basis,
	rule, disabled, disabled_by_us)
select directory, $4, after ->> 'name', after ->> 'place', $5,
	after ->> 'login', (after ->> 'enabled')::boolean,
	(after -> 'attributes') || jsonb_build_object($6::text,
		jsonb_build_array(after ->> 'login')),
	person, $3::timestamptz, 'created', true, after ->> 'basis',
	rule,
	case when not (after ->> 'enabled')::boolean then $3::timestamptz end,
	not (after ->> 'enabled')::boolean
from a
on conflict (directory, anchor) do update set
	name = excluded.name, place = excluded.place,
	address = excluded.address, login = excluded.login,
	enabled = excluded.enabled, gone = null, restorable = false,
	attributes = h.attributes || excluded.attributes,
	person = excluded.person, linked = excluded.linked,
	linked_by = coalesce(h.linked_by, 'created'),
	ours = h.ours or h.linked_by is null, basis = excluded.basis,
	rule = excluded.rule, unwanted = null,
	disabled = excluded.disabled, disabled_by_us = excluded.disabled_by_us,
	due = null
