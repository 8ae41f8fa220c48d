-- Pseudonyms: what the readers of a grant call its records.

-- Made of the record's sourcedId and of the grant's own key, when the record
-- comes into sight; null where the grant has no pseudonyms for its entity.
alter table homeroom.visible add pseudonym text collate "C";

-- By pseudonym a record is found, and pages go in this order.
create index visible_named on homeroom.visible (grant_id, entity, pseudonym)
	where pseudonym is not null;
