-- account_list: accounts of a directory, with the ledger.
-- $1: directory
-- $2: one, by login or anchor or person; null: all
-- $3: at most
select h.login, h.person, u.identifier, h.attributes -> 'mail' ->> 0, h.place,
	h.enabled, h.rule, h.linked_by, h.ours,
	(extract(epoch from h.linked) * 1000)::bigint,
	(extract(epoch from h.disabled) * 1000)::bigint,
	(extract(epoch from h.unwanted) * 1000)::bigint,
	(extract(epoch from h.due) * 1000)::bigint,
	h.protected or h.shielded, h.anchor
from homeroom.account h
join homeroom.directory d on d.id = h.directory
left join roster.users u on u.district = d.district
	and u.sourced_id = h.person
where h.directory = $1::integer and h.gone is null
	and ($2::text is null or h.anchor = $2 or h.person = $2
		or lower(h.login) = lower($2))
order by lower(h.login), h.anchor
limit $3::bigint
