-- person_list: records that are part of a person by a rule or by hand, that
-- wait for one, or that somebody must look at.
-- $1: district
-- $2: whether only the last of these
-- $3: a person, or null for all
-- $4: at most
select s.name, r.sourced_id, r.person, r.given_name, r.family_name,
	case when r.review is not null then 'review'
		when r.person is null then 'waits'
		when r.rule is null then 'itself'
		else 'linked' end,
	coalesce(r.review, r.rule), array_to_string(r.candidates, ' '),
	d.who, (extract(epoch from d.at) * 1000)::bigint
from roster.said_users r
join homeroom.source s on s.id = r.source
left join homeroom.person_decision d on d.district = r.district
	and d.source = r.source and d.sourced_id = r.sourced_id and d.same
where r.district = $1::integer and r.status = 'active'
	and (r.review is not null or not $2::boolean)
	and case when $3::text is not null then r.person = $3::text
		else r.review is not null or r.person is null
			or r.rule is not null end
order by r.review is null, r.person is not null, r.person, s.name, r.sourced_id
limit $4::integer
