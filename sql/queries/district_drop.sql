-- district_drop: a district that has nothing yet.
-- $1: name
delete from homeroom.district d where name = $1::text
and not exists (select from homeroom.version where district = d.id)
and not exists (select from homeroom.source where district = d.id)
and not exists (select from homeroom.import where district = d.id)
and not exists (select from homeroom.application where district = d.id)
and not exists (select from homeroom.setting_change where district = d.id)
