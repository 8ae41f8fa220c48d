-- person_settings: what settings say of a district's people, whether they are
-- to be merged anew, and whether a source has records that are persons of
-- another id, that wait, or that somebody decided on.
-- $1: district
-- $2: source
select settings::text, remerge::integer, exists (
	select from roster.said_users
	where district = $1::integer and source = $2::integer
	and person is distinct from sourced_id
) or exists (
	select from homeroom.person_decision
	where district = $1::integer and source = $2::integer
)
from homeroom.district where id = $1::integer
