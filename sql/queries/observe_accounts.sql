-- observe_accounts: the accounts that were seen, made the picture. Who is back
-- keeps the person, unless that one has another account by now.
-- $1: directory
-- $2: now
with told as (
	insert into homeroom.account as a (directory, anchor, name, place,
		address, login, enabled, shielded, restorable, gone, logon,
		attributes, disabled)
	select $1::integer, s.anchor, s.name, s.place, s.address, s.login,
		s.enabled, s.shielded, false, null, s.logon, s.attributes,
		case when not s.enabled then $2::timestamptz end
	from homeroom.seen s
	where s.directory = $1::integer and s.kind = 'account' and not s.gone
	on conflict (directory, anchor) do update set
		name = excluded.name, place = excluded.place,
		address = excluded.address, login = excluded.login,
		enabled = excluded.enabled, shielded = excluded.shielded,
		restorable = false, gone = null, logon = excluded.logon,
		attributes = excluded.attributes,
		person = case when a.gone is null or not exists (
			select from homeroom.account o
			where o.directory = a.directory and o.person = a.person
			and o.gone is null) then a.person end,
		disabled = case when not excluded.enabled
			then coalesce(a.disabled, $2::timestamptz) end,
		disabled_by_us = a.disabled_by_us and not excluded.enabled,
		due = case when not excluded.enabled then a.due end
	where (a.name, a.place, a.address, a.login, a.enabled, a.shielded,
		a.gone, a.logon, a.attributes) is distinct from (excluded.name,
		excluded.place, excluded.address, excluded.login,
		excluded.enabled, excluded.shielded, null, excluded.logon,
		excluded.attributes)
	returning 1)
select count(*) from told
