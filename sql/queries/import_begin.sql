-- import_begin: notes that an import begins, makes its source when that is
-- new, and ends those that were killed; under the lock of roster_lock.
-- $1: district
-- $2: the source's name
-- $3: the bundle's path
with interrupted as (
	update homeroom.import set outcome = 'interrupted', finished = now()
	where district = $1::integer and outcome is null
), known as (
	select id from homeroom.source
	where district = $1::integer and name = $2::text
), made as (
	insert into homeroom.source (district, name)
	select $1::integer, $2::text where not exists (select from known)
	returning id
)
insert into homeroom.import (district, source, path)
select $1::integer, id, $3::text
from (select id from known union all select id from made) as source
returning source, id
