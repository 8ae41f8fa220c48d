-- notification_about: what a notification may say of a person, a login of
-- theirs, and to whom.
-- $1: notification
-- $2: person, by sourcedId
-- $3: now
select homeroom.told_data(n.district, jsonb_build_object('person', $2::text,
		'school', s.school), s.school)::text,
	coalesce((
		select min(a.login) from homeroom.directory d
		join homeroom.account a on a.directory = d.id
		where d.district = n.district and a.person = $2
			and a.gone is null), $2),
	case when homeroom.covers(n.settings, n.district, $2, s.school)
	then coalesce((
		select string_agg(r.address, ', ' order by r.address) from (
			select homeroom.recipients(n.settings, n.district, $2,
				s.school, $3::timestamptz)
			union
			select t from jsonb_array_elements_text(
				n.settings #> '{mail,to}') t
			where t not like '%{%'
			union
			select 'the webhook' where n.settings ? 'webhook'
		) as r (address)), 'nobody')
	else 'nobody: it does not tell of this person' end
from homeroom.notification n
cross join lateral (select homeroom.school_of(n.district, $2, '')) as s (school)
where n.id = $1::integer and homeroom.in_roster(n.district, $2)
