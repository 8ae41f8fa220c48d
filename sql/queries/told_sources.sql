-- told_sources: the sources that are asked for a field of users, in turn, but
-- for those that say what provisioning gave; null: there are none of these.
-- $1: district
-- $2: field
-- $3: whether every user has it
select case when bool_or(s.kind = 'accounts') then coalesce(
	array_agg(s.id order by o.place, homeroom.source_place(s.id), s.id)
	filter (where s.kind <> 'accounts'
		and (o.place is not null or $3::boolean
			or not d.settings -> 'fields' ? $2
			or d.settings -> 'fields' is null)), '{}') end
from homeroom.source s
join homeroom.district d on d.id = s.district
left join lateral jsonb_array_elements_text(d.settings -> 'fields' -> $2)
	with ordinality as o (name, place) on o.name = s.name
where s.district = $1::integer
