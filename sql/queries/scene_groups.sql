-- scene_groups: the groups of a directory.
-- $1: directory
select anchor, address, name, shielded
from homeroom.directory_group where directory = $1::integer
