-- A district's days begin at its own midnight.

create function homeroom.zone_of(district integer) returns text
language sql stable return coalesce((
	select d.settings ->> 'timeZone' from homeroom.district d
	where d.id = $1), 'UTC');

create function homeroom.day_of(district integer, at timestamptz) returns date
language sql stable return (at at time zone homeroom.zone_of($1))::date;

create function homeroom.midnight(district integer, day date)
returns timestamptz
language sql stable return day::timestamp at time zone homeroom.zone_of($1);

-- Whether a grant's days are not over, and have begun.
create function homeroom.is_in_force(district integer, valid_from date,
	valid_until date) returns boolean
language sql stable return
	(valid_from is null or now() >= homeroom.midnight($1, valid_from))
	and (valid_until is null
		or now() < homeroom.midnight($1, valid_until + 1));

-- With its clocks, the moments change at which grants begin and end.
create function homeroom.announce_zone() returns trigger
language plpgsql as $$
begin
	if new.settings -> 'timeZone' is distinct from
			old.settings -> 'timeZone' then
		perform pg_notify('homeroom_application', '');
	end if;
	return null;
end $$;

create trigger announce after update of settings on homeroom.district
	for each row execute function homeroom.announce_zone();
