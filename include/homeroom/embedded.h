/* Files that the build puts into the binary: sql/queries, sql/migrations,
 * src/publish/profiles, src/ingest/mappings and src/rules/ready, in order of
 * their names. */
#ifndef HOMEROOM_EMBEDDED_H
#define HOMEROOM_EMBEDDED_H

struct embedded {
	const char *name; /* without folder and ending; NULL ends the list */
	const char *text;
};

extern const struct embedded embedded_statements[];
extern const struct embedded embedded_migrations[];
extern const struct embedded embedded_profiles[];
extern const struct embedded embedded_mappings[];
extern const struct embedded embedded_rules[];

#endif
