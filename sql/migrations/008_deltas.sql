-- A pull goes on in the version in which it began, though a record that it
-- has yet to read left the grant's sight meanwhile, unchanged: a transaction
-- that reads an older version names it. Others see what left as little as
-- before.
create function homeroom.key_version() returns bigint
language sql stable parallel safe
return nullif(current_setting('homeroom.version', true), '')::bigint;

-- Which versions are not kept is asked with each question for what changed.
create index on homeroom.version (district, version) where purged;

do $policies$
declare
	entity text[];
begin
	foreach entity slice 1 in array array[
		array['orgs', '1'],
		array['academic_sessions', '2'],
		array['courses', '3'],
		array['classes', '4'],
		array['users', '5'],
		array['user_profiles', '6'],
		array['roles', '7'],
		array['enrollments', '8'],
		array['demographics', '9'],
		array['resources', '10'],
		array['class_resources', '11'],
		array['course_resources', '12'],
		array['user_resources', '13'],
		array['categories', '14'],
		array['score_scales', '15'],
		array['line_items', '16'],
		array['line_item_score_scales', '17'],
		array['line_item_learning_objective_ids', '18'],
		array['results', '19'],
		array['result_score_scales', '20'],
		array['result_learning_objective_ids', '21'],
		array['assessment_line_items', '22'],
		array['assessment_results', '23']
	] loop
		execute format('alter policy restricted_grant on roster.%1$I '
			'using (district = homeroom.key_district() and (exists ('
			'select from homeroom.visible v '
			'where v.grant_id = homeroom.key_grant() '
			'and v.entity = %2$s and v.sourced_id = %1$I.sourced_id '
			'and v.until is null and not v.gone) '
			'or homeroom.key_version() is not null and exists ('
			'select from homeroom.visible v '
			'where v.grant_id = homeroom.key_grant() '
			'and v.entity = %2$s and v.sourced_id = %1$I.sourced_id '
			'and v.until > homeroom.key_version() and not v.gone)))',
			entity[1], entity[2]);
	end loop;
end
$policies$;
