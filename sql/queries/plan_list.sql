-- plan_list: plans, the newest first.
-- $1: district
-- $2: directory's name; null: all
-- $3: plan; null: all
-- $4: at most
select p.id, d.name, p.purpose, p.state,
	(extract(epoch from p.made) * 1000)::bigint, p.made_by, p.version,
	p.counts, array_to_string(p.held, '; '), p.approved_by,
	(select count(*) from homeroom.action a
		where a.plan = p.id and a.state = 'done'),
	(select count(*) from homeroom.action a
		where a.plan = p.id and a.state in ('failed', 'blocked')),
	(select string_agg(value || ' ' || key, ', '
		order by value::bigint desc, key)
		from jsonb_each_text(p.counts))
from homeroom.plan p join homeroom.directory d on d.id = p.directory
where p.district = $1::integer and d.name = coalesce($2::text, d.name)
	and p.id = coalesce($3::bigint, p.id)
order by p.id desc
limit $4::bigint
