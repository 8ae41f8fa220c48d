-- session_begin: one view of the roster for all statements of a session.
begin isolation level repeatable read read only
