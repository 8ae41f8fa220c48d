-- observe_refresh: the planner hears how much was seen.
select homeroom.refresh_seen()
