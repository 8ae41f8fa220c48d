-- district_all: the ids of all districts.
SELECT id FROM homeroom.district ORDER BY id
