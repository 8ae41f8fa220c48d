-- version_rows: how many rows a version has, by entity.
-- $1: district
-- $2: version
select counted.key, counted.value
from homeroom.version, jsonb_each_text(version.rows) as counted
where version.district = $1 and version.version = $2
