-- visible_statistics: tells the planner how much grants see by now.
select homeroom.refresh_visible_statistics()
