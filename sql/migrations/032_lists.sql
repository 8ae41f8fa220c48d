-- A row without a list is in no index of lists: most users have no agents, and
-- each change of one wrote an entry for the list that is not there.
drop index roster.users_agent_ids_idx, roster.classes_term_ids_idx;
create index users_agent_ids_idx on roster.users using gin (agent_ids)
	where agent_ids is not null;
create index classes_term_ids_idx on roster.classes using gin (term_ids)
	where term_ids is not null;
