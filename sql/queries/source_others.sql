-- source_others: what other sources than this one a district has taken in.
-- $1 district
-- $2 the source's name
SELECT DISTINCT s.name FROM homeroom.source s
JOIN homeroom.import i ON i.source = s.id AND i.version IS NOT NULL
WHERE s.district = $1::int AND s.name <> $2::text
