-- account_users: whose accounts of a directory are, who is published: id,
-- login, address, names; in the order of their ids.
-- $1: directory
-- $2: after this id
-- $3: at most
select a.person, a.login, a.attributes -> 'mail' ->> 0, u.enabled_user,
	u.given_name, u.family_name
from homeroom.account a
join homeroom.directory d on d.id = a.directory
join roster.users u on u.district = d.district and u.sourced_id = a.person
	and u.status = 'active'
where a.directory = $1::integer and a.gone is null and a.person > $2
	and a.login <> ''
order by a.person
limit $3::integer
