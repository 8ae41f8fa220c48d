-- grant_names: the grants of a district that have pseudonyms: which fields they
-- withhold, and their keys, sealed, in base64.
-- $1: district
select id, array_to_string(fields, ' '),
	translate(encode(pseudonym_key, 'base64'), E'\n', '')
from homeroom."grant"
where district = $1::integer and not full_access
	and array_to_string(fields, ' ') like '%=pseudonymise%'
order by id
