-- notification_find: a notification by its name.
-- $1: district
-- $2: name
select n.id, n.settings::text, d.name
from homeroom.notification n join homeroom.district d on d.id = n.district
where n.district = $1::integer and n.name = $2
