-- push_find: how an application's bundles are brought to it, if settings say so,
-- and what was brought last.
-- $1: district
-- $2: the application's name
select application.id, application.epoch, array_to_string("grant".scopes, ' '),
	application.enabled,
	push ->> 'url', push ->> 'file', push ->> 'user', push ->> 'hostKey',
	push ->> 'passwordFile', push ->> 'keyFile', push ->> 'format',
	push ->> 'delta' = 'true', pushed.version, pushed.tag
from homeroom.application
join homeroom."grant" on "grant".application = application.id
	and "grant".district = application.district
left join homeroom.pushed on pushed.application = application.id
where application.district = $1::integer and application.name = $2
