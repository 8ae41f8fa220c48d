-- scene_places: the containers of a directory.
-- $1: directory
select address from homeroom.place where directory = $1::integer
