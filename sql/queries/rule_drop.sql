-- rule_drop: drops a rule.
-- $1: district
-- $2: name
delete from homeroom.rule where district = $1::integer and name = $2
