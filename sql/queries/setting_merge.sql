-- setting_merge: settings that say only what is otherwise than in others.
-- $1: the others, JSON
-- $2: those, JSON
select (others - 'name' || these || case
	when others ? 'share' or these ? 'share' then jsonb_build_object('share',
		coalesce(others -> 'share', '{}') || coalesce(these -> 'share', '{}'))
	else '{}' end)::text
from (select $1::jsonb as others, $2::jsonb as these) as said
