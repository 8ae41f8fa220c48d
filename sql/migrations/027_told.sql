-- What other records say of a person is found by the person.
create index on roster.said_users (district, person)
	where person is distinct from sourced_id;
