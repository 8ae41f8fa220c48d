/* Writes a bundle's files: rows of cells, quoted where they must be. */
#include "sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define FLUSH_AT ((size_t)256 * 1024)
#define BULK "sourcedId,status,dateLastModified,"

struct file_rule {
	const char *name;
	const char *header;    /* after BULK */
	const char *header_11; /* where it differs; NULL: there is none */
};

/* clang-format off */
#define SAME(header) header, header
static const struct file_rule file_rules[FILES] = {
	[ACADEMIC_SESSIONS] = { "academicSessions", SAME("title,type,startDate,endDate,parentSourcedId,schoolYear") },
	[CATEGORIES] = { "categories", "title,weight", "title" },
	[CLASSES] = { "classes", SAME("title,grades,courseSourcedId,classCode,classType,location,schoolSourcedId,termSourcedIds,subjects,subjectCodes,periods,metadata.seats") },
	[CLASS_RESOURCES] = { "classResources", SAME("title,classSourcedId,resourceSourcedId") },
	[COURSES] = { "courses", SAME("schoolYearSourcedId,title,courseCode,grades,orgSourcedId,subjects,subjectCodes") },
	[COURSE_RESOURCES] = { "courseResources", SAME("title,courseSourcedId,resourceSourcedId") },
	[DEMOGRAPHICS] = { "demographics", SAME("birthDate,sex,americanIndianOrAlaskaNative,asian,blackOrAfricanAmerican,nativeHawaiianOrOtherPacificIslander,white,demographicRaceTwoOrMoreRaces,hispanicOrLatinoEthnicity,countryOfBirthCode,stateOfBirthAbbreviation,cityOfBirth,publicSchoolResidenceStatus") },
	[ENROLLMENTS] = { "enrollments", SAME("classSourcedId,schoolSourcedId,userSourcedId,role,primary,beginDate,endDate") },
	[LINE_ITEM_LEARNING_OBJECTIVE_IDS] = { "lineItemLearningObjectiveIds", "lineItemSourcedId,source,learningObjectiveId", NULL },
	[LINE_ITEMS] = { "lineItems", "title,description,assignDate,dueDate,classSourcedId,categorySourcedId,academicSessionSourcedId,resultValueMin,resultValueMax,schoolSourcedId",
	                              "title,description,assignDate,dueDate,classSourcedId,categorySourcedId,gradingPeriodSourcedId,resultValueMin,resultValueMax" },
	[LINE_ITEM_SCORE_SCALES] = { "lineItemScoreScales", "title,lineItemSourcedId,scoreScaleSourcedId", NULL },
	[ORGS] = { "orgs", SAME("name,type,identifier,parentSourcedId,metadata.street,metadata.city") },
	[RESOURCES] = { "resources", SAME("vendorResourceId,title,roles,importance,vendorId,applicationId") },
	[RESULT_LEARNING_OBJECTIVE_IDS] = { "resultLearningObjectiveIds", "resultSourcedId,source,learningObjectiveId,score,textScore", NULL },
	[RESULTS] = { "results", "lineItemSourcedId,studentSourcedId,scoreStatus,score,scoreDate,comment,textScore,classSourcedId,inProgress,incomplete,late,missing",
	                         "lineItemSourcedId,studentSourcedId,scoreStatus,score,scoreDate,comment" },
	[RESULT_SCORE_SCALES] = { "resultScoreScales", "title,resultSourcedId,scoreScaleSourcedId", NULL },
	[ROLES] = { "roles", "userSourcedId,roleType,role,beginDate,endDate,orgSourcedId,userProfileSourcedId", NULL },
	[SCORE_SCALES] = { "scoreScales", "title,type,orgSourcedId,courseSourcedId,classSourcedId,scoreScaleValue", NULL },
	[USER_PROFILES] = { "userProfiles", "userSourcedId,profileType,vendorId,applicationId,description,credentialType,username,password", NULL },
	[USER_RESOURCES] = { "userResources", "userSourcedId,orgSourcedId,classSourcedId,resourceSourcedId", NULL },
	[USERS] = { "users", "enabledUser,username,userIds,givenName,familyName,middleName,identifier,email,sms,phone,agentSourcedIds,grades,password,userMasterIdentifier,preferredGivenName,preferredMiddleName,preferredFamilyName,primaryOrgSourcedId,pronouns,metadata.homeLanguage,metadata.busRoute",
	                     "enabledUser,orgSourcedIds,role,username,userIds,givenName,familyName,middleName,identifier,email,sms,phone,agentSourcedIds,grades,password,metadata.homeLanguage,metadata.busRoute" },
};
/* clang-format on */

static const char *header_of(const struct output *out, enum file file)
{
	const struct file_rule *rule = &file_rules[file];

	return out->v12 ? rule->header : rule->header_11;
}

bool output_has(const struct output *out, enum file file)
{
	return header_of(out, file) != NULL;
}

void file_name(int file, char out[FILE_NAME])
{
	snprintf(out, FILE_NAME, "%s.csv",
	    file == MANIFEST ? "manifest" : file_rules[file].name);
}

/* --- bytes --------------------------------------------------------------- */

/* For right after what failed. */
static void give_up(struct output *out, int file)
{
	char name[FILE_NAME];
	int why = errno;

	if (out->err.fault != FAULT_NONE)
		return;
	file_name(file, name);
	errno = why;
	err_set(&out->err, FAULT_IO, "can't write %s: %m", name);
}

static void flush(struct output *out, int file)
{
	struct buf *buf = &out->files[file].buf;
	size_t done = 0;

	while (out->err.fault == FAULT_NONE && done < buf->len) {
		ssize_t n = write(out->files[file].fd, buf->data + done,
		    buf->len - done);

		if (n >= 0)
			done += (size_t)n;
		else if (errno != EINTR)
			give_up(out, file);
	}
	buf->len = 0;
}

static void create(struct output *out, int file)
{
	char name[FILE_NAME];

	file_name(file, name);
	out->files[file].fd = openat(out->folder, name,
	    O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	if (out->files[file].fd < 0)
		give_up(out, file);
}

static void finish(struct output *out, int file)
{
	int fd = out->files[file].fd;

	if (fd < 0)
		return;
	flush(out, file);
	out->files[file].fd = -1;
	if (close(fd) != 0)
		give_up(out, file);
}

static void begin(struct output *out, enum file file)
{
	struct buf *buf = &out->files[file].buf;

	if (out->err.fault != FAULT_NONE || out->files[file].fd >= 0)
		return;
	create(out, file);
	buf_puts(buf, BULK);
	buf_puts(buf, header_of(out, file));
	buf_puts(buf, "\r\n");
}

/* --- rows ---------------------------------------------------------------- */

void row(struct output *out, enum file file, const char *id)
{
	out->at = file;
	begin(out, file);
	buf_puts(&out->files[file].buf, id);
	buf_puts(&out->files[file].buf, ",,");
}

static void add_quoted(struct buf *buf, const char *text)
{
	buf_char(buf, '"');
	for (; *text != '\0'; text++) {
		if (*text == '"')
			buf_char(buf, '"');
		buf_char(buf, *text);
	}
	buf_char(buf, '"');
}

void cell(struct output *out, const char *text)
{
	struct buf *buf = &out->files[out->at].buf;
	size_t len;

	buf_char(buf, ',');
	if (text == NULL)
		return;
	len = strcspn(text, ",\"");
	if (text[len] != '\0')
		add_quoted(buf, text);
	else
		buf_add(buf, text, len);
}

void cell_number(struct output *out, int64_t number)
{
	char text[24];

	snprintf(text, sizeof(text), "%lld", (long long)number);
	cell(out, text);
}

void cell_date(struct output *out, int64_t days)
{
	char text[DATE_TEXT];

	date_text(text, days);
	cell(out, text);
}

void cell_bool(struct output *out, bool value)
{
	cell(out, value ? "true" : "false");
}

void cells_blank(struct output *out, int count)
{
	for (int i = 0; i < count; i++)
		cell(out, NULL);
}

void cell_printf(struct output *out, const char *fmt, ...)
{
	char text[512];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	cell(out, text);
}

void row_end(struct output *out)
{
	struct buf *buf = &out->files[out->at].buf;

	buf_puts(buf, "\r\n");
	if (buf->len >= FLUSH_AT)
		flush(out, out->at);
}

/* --- the whole ----------------------------------------------------------- */

void output_open(struct output *out, int folder, bool v12)
{
	*out = (struct output){ .folder = folder, .v12 = v12 };
	for (int f = 0; f <= MANIFEST; f++)
		out->files[f].fd = -1;
}

static void write_manifest(struct output *out, const char *system_code)
{
	struct buf *buf = &out->files[MANIFEST].buf;

	create(out, MANIFEST);
	buf_puts(buf, "propertyName,value\r\nmanifest.version,1.0\r\n");
	buf_printf(buf, "oneroster.version,%s\r\n", out->v12 ? "1.2" : "1.1");
	for (int f = 0; f < FILES; f++)
		if (output_has(out, f))
			buf_printf(buf, "file.%s,%s\r\n", file_rules[f].name,
			    out->files[f].fd >= 0 ? "bulk" : "absent");
	buf_printf(buf,
	    "source.systemName,Homeroom's made-up district\r\n"
	    "source.systemCode,%s\r\n",
	    system_code);
}

bool output_finish(struct output *out, const char *system_code)
{
	write_manifest(out, system_code);
	for (int f = 0; f <= MANIFEST; f++)
		finish(out, f);
	return out->err.fault == FAULT_NONE;
}

void output_close(struct output *out)
{
	for (int f = 0; f <= MANIFEST; f++) {
		if (out->files[f].fd >= 0)
			(void)close(out->files[f].fd);
		buf_free(&out->files[f].buf);
	}
	(void)close(out->folder);
}
