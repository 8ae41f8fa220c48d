-- session_end: ends a session; its role and its keys end with it.
commit
