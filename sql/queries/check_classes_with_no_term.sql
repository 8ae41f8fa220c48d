-- check_classes_with_no_term: classes none of whose terms is there.
-- $1: district
select c.sourced_id, c.school_id, null
from roster.classes c
where c.district = $1::integer and c.status = 'active'
and not exists (
	select from roster.academic_sessions s
	where s.district = c.district and s.sourced_id = any (c.term_ids)
	and s.status = 'active')
