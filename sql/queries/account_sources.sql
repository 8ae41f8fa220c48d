-- account_sources: the sources that say what a directory's accounts are called.
-- $1: district
-- $2: name of the directory
select name from homeroom.source
where district = $1::integer and kind = 'accounts'
	and settings ->> 'directory' = $2
