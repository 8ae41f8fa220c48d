-- A role that is kept is found by its id, or by the record that it is of.
alter table homeroom.spare_role
	drop constraint spare_role_pkey,
	add primary key (district, sourced_id, source);
create index on homeroom.spare_role (district, source, record);
