-- directory_drop: drops a directory for which there are no rules.
-- $1: district
-- $2: name
delete from homeroom.directory
where district = $1::integer and name = $2
	and not exists (select from homeroom.rule r
		where r.district = $1::integer
		and r.settings ->> 'directory' = $2)
