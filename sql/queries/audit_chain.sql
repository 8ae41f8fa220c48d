-- audit_chain: links of the chain, in order, and what each hash covers: the
-- same as homeroom.audit_text, which whoever tampers could change.
-- $1: after which number
-- $2: how many
select a.number, encode(a.hash, 'hex'),
	to_char(a.at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
	(jsonb_strip_nulls(to_jsonb(a) - 'hash' || jsonb_build_object(
			'at', extract(epoch from a.at)::text))
		|| coalesce((select jsonb_build_object('setting', to_jsonb(c)
				|| jsonb_build_object(
				'at', extract(epoch from c.at)::text))
			from homeroom.setting_change c where c.id = a.change),
			'{}'))::text
from homeroom.audit a
where a.number > $1::bigint
order by a.number
limit $2::integer
