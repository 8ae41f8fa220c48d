-- source_circle: this source, when it would wait for itself.
-- $1: district
-- $2: name
with recursive before as (
	select a.name
	from homeroom.source s
	cross join jsonb_array_elements_text(s.settings -> 'after') as a (name)
	where s.district = $1::integer and s.name = $2
	union
	select a.name
	from before b
	join homeroom.source s on s.district = $1::integer and s.name = b.name
	cross join jsonb_array_elements_text(s.settings -> 'after') as a (name)
)
select name from before where name = $2
