-- directory_state: how a directory was last read, a fingerprint of its settings
-- and its district's rules, and the attributes that its rules set: as of that
-- reading, and now.
-- $1: directory
select d.reading, d.cookie, d.root,
	coalesce((extract(epoch from d.whole) * 1000)::bigint, 0),
	md5(d.settings::text || coalesce((
		select string_agg(md5(r.name || ' ' || r.settings::text), ' '
			order by r.name)
		from homeroom.rule r where r.district = d.district), '')),
	d.read_as, coalesce((
		select string_agg(distinct k.name, ' ' order by k.name)
		from (
			select jsonb_object_keys(case
				when jsonb_typeof(r.settings -> 'attributes')
					= 'object'
				then r.settings -> 'attributes' else '{}' end)
			from homeroom.rule r
			where r.district = d.district
				and r.settings ->> 'directory' = d.name
			union all
			select m ->> 'attribute'
			from jsonb_array_elements(case
				when jsonb_typeof(d.settings -> 'match')
					= 'array'
				then d.settings -> 'match' else '[]' end) m
		) as k (name)
		where k.name not in ('name', '')), '')
from homeroom.directory d where d.id = $1::integer
