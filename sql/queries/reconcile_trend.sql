-- reconcile_trend: how much was found, the newest first.
-- $1: directory
-- $2: at most
select (extract(epoch from r.at) * 1000)::bigint, r.version, r.reading,
	r.counts, (select string_agg(value || ' ' || key, ', '
		order by value::bigint desc, key)
		from jsonb_each_text(r.counts))
from homeroom.reconciliation r
where r.directory = $1::integer
order by r.id desc
limit $2::bigint
