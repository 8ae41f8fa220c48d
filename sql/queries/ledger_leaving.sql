-- ledger_leaving: tells of persons that they leave soon, once for each last day.
-- $1: directory
-- $2: their last days, by sourcedId, JSON
-- $3: now
with told as (
	update homeroom.account a set leaving = s.day::date
	from jsonb_each_text($2::jsonb) as s (person, day), homeroom.directory d
	where a.directory = $1::integer and a.person = s.person
		and a.gone is null and a.leaving is distinct from s.day::date
		and d.id = a.directory and exists (
			select from homeroom.notification n
			where n.district = d.district
				and n.settings -> 'events' ? 'account.leaving')
	returning d.district, d.name, a.person, a.login, s.day)
select homeroom.put_event(t.district, 'account.leaving',
	coalesce(t.login, t.person),
	jsonb_build_object('directory', t.name, 'person', t.person,
		'school', homeroom.school_of(t.district, t.person, ''),
		'last', t.day, 'reason', 'last day ' || t.day),
	$3::timestamptz)
from told t
