-- application_list: a district's applications.
-- $1: district
select a.id, a.district, a.epoch, a.name, a.client_id, a.enabled,
	coalesce(g.full_access, false),
	coalesce(array_to_string(g.scopes, ' '), '')
from homeroom.application a
left join homeroom."grant" g
	on g.application = a.id and g.district = a.district
where a.district = $1::integer
order by a.name collate "C"
