-- schedule_drop: drops a schedule.
-- $1: district
-- $2: kind
-- $3: subject
delete from homeroom.schedule
where district = $1::integer and kind = $2 and subject = $3
