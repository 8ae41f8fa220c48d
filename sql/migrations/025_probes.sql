-- Whether a grant sees a record is looked up where the rows of that grant stand
-- together, by the primary key: a pull finds them in the cache, and takes a
-- quarter less time. "until is null" would have the planner take visible_seen,
-- in which the grants' rows lie scattered.
do $policies$
declare
	restricted record;
begin
	for restricted in
		select tablename, qual from pg_policies
		where schemaname = 'roster' and policyname = 'restricted_grant'
	loop
		execute format('alter policy restricted_grant on roster.%I using (%s)',
			restricted.tablename, replace(restricted.qual,
				'v.until IS NULL', 'coalesce(v.until, 0) = 0'));
	end loop;
end
$policies$;
