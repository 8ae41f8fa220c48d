-- observe_forget: nothing is on its way into the picture.
-- $1: directory
with members as (
	delete from homeroom.seen_member where directory = $1::integer)
delete from homeroom.seen where directory = $1::integer
