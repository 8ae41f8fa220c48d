-- rule_of_directory: the rules of a directory.
-- $1: district
-- $2: the directory's name
select settings::text from homeroom.rule
where district = $1::integer and settings ->> 'directory' = $2
order by name collate "C"
