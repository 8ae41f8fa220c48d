/* What is taught: the courses, and the week of each grade. */
#include "sandbox.h"

#include <assert.h>
#include <string.h>

const char *const grade_names[GRADES] = { "KG", "01", "02", "03", "04", "05",
	"06", "07", "08", "09", "10", "11", "12" };

/* clang-format off */
const struct level_rule level_rules[LEVELS] = {
/*	               name                 first  grades  size */
	[ELEMENTARY] = { "Elementary School", 0,     6,      480  },
	[MIDDLE]     = { "Middle School",     6,     3,      780  },
	[HIGH]       = { "High School",       9,     4,      1450 },
};

/* Subject codes are the national ones of course catalogues (SCED), five
 * digits. */
const struct course courses[] = {
/*	  code        title                                            subject                     subject code  grades   each */
	{ "HR",       "Homeroom",                                      "Homeroom",                 "22106",      0, 12,  false },
	{ "ELA",      "Reading, Writing & Language Arts",              "English Language Arts",    "01028",      0, 8,   true  },
	{ "MATH",     "Mathematics",                                   "Mathematics",              "02030",      0, 8,   true  },
	{ "MATHX",    "Mathematics, Accelerated",                      "Mathematics",              "02040",      6, 8,   true  },
	{ "SCI",      "Science & Engineering",                         "Life and Physical Sciences", "03230",    0, 8,   true  },
	{ "SOC",      "Social Studies",                                "Social Sciences and History", "04430",   0, 8,   true  },
	{ "ART",      "Art",                                           "Visual Arts",              "05180",      0, 5,   true  },
	{ "MUS",      "Music",                                         "Performing Arts",          "05130",      0, 5,   true  },
	{ "PE",       "Physical Education",                            "Physical Education",       "08030",      0, 8,   true  },
	{ "HLTH-MS",  "Health, Middle School",                         "Health",                   "08050",      6, 8,   false },
	{ "ART-MS",   "Studio Art, \"Drawing & Painting\"",            "Visual Arts",              "05154",      6, 8,   false },
	{ "BAND-MS",  "Concert Band",                                  "Performing Arts",          "05102",      6, 8,   false },
	{ "CHOR-MS",  "Chorus",                                        "Performing Arts",          "05110",      6, 8,   false },
	{ "ORCH-MS",  "Orchestra, Strings",                            "Performing Arts",          "05104",      6, 8,   false },
	{ "DRAM-MS",  "Introduction to Théâtre",                       "Performing Arts",          "05052",      6, 8,   false },
	{ "SPAN-MS",  "Exploring Español",                             "World Languages",          "24051",      6, 8,   false },
	{ "FREN-MS",  "Exploring Français",                            "World Languages",          "24101",      6, 8,   false },
	{ "CODE-MS",  "Computers, Coding & Robotics",                  "Computer Science",         "10012",      6, 8,   false },
	{ "TECH-MS",  "Design & Technology",                           "Engineering",              "21047",      6, 8,   false },
	{ "LIFE-MS",  "Family & Consumer Science",                     "Human Services",           "19251",      6, 8,   false },
	{ "ENG9",     "English 9",                                     "English Language Arts",    "01001",      9, 9,   false },
	{ "ENG9H",    "English 9, Honors",                             "English Language Arts",    "01001",      9, 9,   false },
	{ "ENG10",    "English 10",                                    "English Language Arts",    "01002",      10, 10, false },
	{ "ENG10H",   "English 10, Honors",                            "English Language Arts",    "01002",      10, 10, false },
	{ "ENG11",    "English 11: \"American Voices\"",               "English Language Arts",    "01003",      11, 11, false },
	{ "APLANG",   "AP English Language & Composition",             "English Language Arts",    "01005",      11, 11, false },
	{ "ENG12",    "English 12: \"The World, in Letters\"",         "English Language Arts",    "01004",      12, 12, false },
	{ "APLIT",    "AP English Literature & Composition",           "English Language Arts",    "01006",      12, 12, false },
	{ "ALG1",     "Algebra I",                                     "Mathematics",              "02052",      9, 9,   false },
	{ "GEOM",     "Geometry",                                      "Mathematics",              "02072",      9, 10,  false },
	{ "ALG2",     "Algebra II",                                    "Mathematics",              "02056",      10, 11, false },
	{ "PRECALC",  "Precalculus",                                   "Mathematics",              "02110",      11, 12, false },
	{ "STATS",    "Probability & Statistics",                      "Mathematics",              "02201",      12, 12, false },
	{ "APCALC",   "AP Calculus AB",                                "Mathematics",              "02124",      12, 12, false },
	{ "BIO",      "Biology",                                       "Life and Physical Sciences", "03051",    9, 9,   false },
	{ "PHYSCI",   "Physical Science",                              "Life and Physical Sciences", "03159",    9, 9,   false },
	{ "CHEM",     "Chemistry",                                     "Life and Physical Sciences", "03101",    10, 10, false },
	{ "EARTH",    "Earth, Space & Sky",                            "Life and Physical Sciences", "03001",    10, 10, false },
	{ "PHYS",     "Physics",                                       "Life and Physical Sciences", "03151",    11, 11, false },
	{ "APBIO",    "AP Biology",                                    "Life and Physical Sciences", "03056",    11, 11, false },
	{ "ENVSCI",   "Environmental Science",                         "Life and Physical Sciences", "03003",    12, 12, false },
	{ "ANAT",     "Human Anatomy & Physiology",                    "Life and Physical Sciences", "03053",    12, 12, false },
	{ "WGEO",     "World Geography",                               "Social Sciences and History", "04001",   9, 9,   false },
	{ "WHIST",    "World History",                                 "Social Sciences and History", "04051",   10, 10, false },
	{ "APWH",     "AP World History: Modern",                      "Social Sciences and History", "04057",   10, 10, false },
	{ "USH",      "U.S. History",                                  "Social Sciences and History", "04101",   11, 11, false },
	{ "APUSH",    "AP U.S. History",                               "Social Sciences and History", "04104",   11, 11, false },
	{ "GOV",      "U.S. Government & Civics",                      "Social Sciences and History", "04151",   12, 12, false },
	{ "ECON",     "Economics & Personal Finance",                  "Social Sciences and History", "04201",   12, 12, false },
	{ "SPAN1",    "Español I",                                     "World Languages",          "24052",      9, 9,   false },
	{ "SPAN2",    "Español II",                                    "World Languages",          "24053",      10, 10, false },
	{ "SPAN3",    "Español III",                                   "World Languages",          "24054",      11, 11, false },
	{ "SPANH",    "Español para hispanohablantes",                 "World Languages",          "24062",      11, 12, false },
	{ "FREN1",    "Français I",                                    "World Languages",          "24102",      9, 9,   false },
	{ "FREN2",    "Français II",                                   "World Languages",          "24103",      10, 10, false },
	{ "FREN3",    "Français III",                                  "World Languages",          "24104",      11, 11, false },
	{ "CHIN1",    "Mandarin Chinese I (中文)",                     "World Languages",          "24402",      9, 9,   false },
	{ "CHIN2",    "Mandarin Chinese II (中文)",                    "World Languages",          "24403",      10, 10, false },
	{ "ASL1",     "American Sign Language I",                      "World Languages",          "24852",      9, 9,   false },
	{ "ASL2",     "American Sign Language II",                     "World Languages",          "24853",      10, 10, false },
	{ "PSYCH",    "Psychology",                                    "Social Sciences and History", "04254",   12, 12, false },
	{ "CRWRIT",   "Creative Writing",                              "English Language Arts",    "01104",      12, 12, false },
	{ "PE-HS",    "Lifetime Fitness",                              "Physical Education",       "08016",      9, 10,  false },
	{ "HLTH-HS",  "Health & Wellness",                             "Health",                   "08051",      9, 10,  false },
	{ "AUTO",     "Automotive Technology",                         "Transportation",           "20104",      11, 12, false },
	{ "CULIN",    "Culinary Arts",                                 "Hospitality",              "16053",      11, 12, false },
	{ "NURSE",    "Health Science, Nursing Assistant",             "Health Care Sciences",     "14051",      11, 12, false },
	{ "CSP",      "AP Computer Science Principles",                "Computer Science",         "10019",      11, 12, false },
	{ "MARKET",   "Marketing & Entrepreneurship",                  "Marketing",                "12152",      11, 12, false },
	{ "ART1",     "Art I",                                         "Visual Arts",              "05154",      9, 12,  false },
	{ "CERAM",    "Ceramics",                                      "Visual Arts",              "05159",      9, 12,  false },
	{ "PHOTO",    "Photography, Digital",                          "Visual Arts",              "05167",      9, 12,  false },
	{ "BAND",     "Symphonic Band",                                "Performing Arts",          "05102",      9, 12,  false },
	{ "CHOIR",    "Concert Choir",                                 "Performing Arts",          "05110",      9, 12,  false },
	{ "ORCH",     "Chamber Orchestra",                             "Performing Arts",          "05104",      9, 12,  false },
	{ "MARI",     "Mariachi",                                      "Performing Arts",          "05113",      9, 12,  false },
	{ 0 },
};

static const struct block week[] = {
/*	  grades   period  span             department     homeroom  elective  courses */
	{ 0, 5,    -1,     SPAN_TRIMESTERS, CLASSROOM,      true,     false,    { "HR" } },
	{ 0, 5,    -1,     SPAN_TRIMESTERS, CLASSROOM,      false,    false,    { "ELA" } },
	{ 0, 5,    -1,     SPAN_TRIMESTERS, CLASSROOM,      false,    false,    { "MATH" } },
	{ 0, 5,    -1,     SPAN_TRIMESTERS, CLASSROOM,      false,    false,    { "SCI" } },
	{ 0, 5,    -1,     SPAN_TRIMESTERS, CLASSROOM,      false,    false,    { "SOC" } },
	{ 0, 5,    -1,     SPAN_TRIMESTERS, ARTS,           false,    false,    { "ART" } },
	{ 0, 5,    -1,     SPAN_TRIMESTERS, MUSIC,          false,    false,    { "MUS" } },
	{ 0, 5,    -1,     SPAN_TRIMESTERS, MOVEMENT,       false,    false,    { "PE" } },

	{ 6, 8,    -1,     SPAN_QUARTERS,   ENGLISH,        true,     false,    { "HR" } },
	{ 6, 8,    0,      SPAN_QUARTERS,   ENGLISH,        false,    false,    { "ELA" } },
	{ 6, 8,    1,      SPAN_QUARTERS,   MATHEMATICS,    false,    false,    { "MATH", "MATH", "MATHX" } },
	{ 6, 8,    2,      SPAN_QUARTERS,   SCIENCE,        false,    false,    { "SCI" } },
	{ 6, 8,    3,      SPAN_QUARTERS,   SOCIAL_STUDIES, false,    false,    { "SOC" } },
	{ 6, 8,    4,      SPAN_FALL,       MOVEMENT,       false,    false,    { "PE" } },
	{ 6, 8,    4,      SPAN_SPRING,     MOVEMENT,       false,    false,    { "HLTH-MS" } },
	{ 6, 8,    5,      SPAN_QUARTERS,   MUSIC,          false,    true,     { "BAND-MS", "ART-MS", "CHOR-MS", "ORCH-MS", "DRAM-MS" } },
	{ 6, 8,    6,      SPAN_QUARTERS,   TECHNICAL,      false,    true,     { "SPAN-MS", "CODE-MS", "TECH-MS", "LIFE-MS", "FREN-MS" } },

	{ 9, 12,   -1,     SPAN_QUARTERS,   ENGLISH,        true,     false,    { "HR" } },
	{ 9, 9,    0,      SPAN_QUARTERS,   ENGLISH,        false,    false,    { "ENG9", "ENG9", "ENG9H" } },
	{ 10, 10,  0,      SPAN_QUARTERS,   ENGLISH,        false,    false,    { "ENG10", "ENG10", "ENG10H" } },
	{ 11, 11,  0,      SPAN_QUARTERS,   ENGLISH,        false,    false,    { "ENG11", "ENG11", "APLANG" } },
	{ 12, 12,  0,      SPAN_QUARTERS,   ENGLISH,        false,    false,    { "ENG12", "ENG12", "APLIT" } },
	{ 9, 9,    1,      SPAN_QUARTERS,   MATHEMATICS,    false,    false,    { "ALG1", "ALG1", "GEOM" } },
	{ 10, 10,  1,      SPAN_QUARTERS,   MATHEMATICS,    false,    false,    { "GEOM", "GEOM", "ALG2" } },
	{ 11, 11,  1,      SPAN_QUARTERS,   MATHEMATICS,    false,    false,    { "ALG2", "ALG2", "PRECALC" } },
	{ 12, 12,  1,      SPAN_QUARTERS,   MATHEMATICS,    false,    false,    { "PRECALC", "STATS", "APCALC" } },
	{ 9, 9,    2,      SPAN_QUARTERS,   SCIENCE,        false,    false,    { "BIO", "BIO", "PHYSCI" } },
	{ 10, 10,  2,      SPAN_QUARTERS,   SCIENCE,        false,    false,    { "CHEM", "EARTH" } },
	{ 11, 11,  2,      SPAN_QUARTERS,   SCIENCE,        false,    false,    { "PHYS", "APBIO" } },
	{ 12, 12,  2,      SPAN_QUARTERS,   SCIENCE,        false,    false,    { "ENVSCI", "ANAT" } },
	{ 9, 9,    3,      SPAN_QUARTERS,   SOCIAL_STUDIES, false,    false,    { "WGEO" } },
	{ 10, 10,  3,      SPAN_QUARTERS,   SOCIAL_STUDIES, false,    false,    { "WHIST", "WHIST", "APWH" } },
	{ 11, 11,  3,      SPAN_QUARTERS,   SOCIAL_STUDIES, false,    false,    { "USH", "USH", "APUSH" } },
	{ 12, 12,  3,      SPAN_FALL,       SOCIAL_STUDIES, false,    false,    { "GOV" } },
	{ 12, 12,  3,      SPAN_SPRING,     SOCIAL_STUDIES, false,    false,    { "ECON" } },
	{ 9, 10,   4,      SPAN_FALL,       MOVEMENT,       false,    false,    { "PE-HS" } },
	{ 9, 10,   4,      SPAN_SPRING,     MOVEMENT,       false,    false,    { "HLTH-HS" } },
	{ 11, 12,  4,      SPAN_QUARTERS,   TECHNICAL,      false,    true,     { "CSP", "CULIN", "NURSE", "AUTO", "MARKET" } },
	{ 9, 9,    5,      SPAN_QUARTERS,   LANGUAGES,      false,    true,     { "SPAN1", "SPAN1", "FREN1", "CHIN1", "ASL1" } },
	{ 10, 10,  5,      SPAN_QUARTERS,   LANGUAGES,      false,    true,     { "SPAN2", "SPAN2", "FREN2", "CHIN2", "ASL2" } },
	{ 11, 11,  5,      SPAN_QUARTERS,   LANGUAGES,      false,    true,     { "SPAN3", "SPANH", "FREN3" } },
	{ 12, 12,  5,      SPAN_QUARTERS,   LANGUAGES,      false,    true,     { "PSYCH", "CRWRIT", "SPANH" } },
	{ 9, 12,   6,      SPAN_QUARTERS,   ARTS,           false,    true,     { "ART1", "BAND", "CHOIR", "CERAM", "PHOTO", "ORCH", "MARI" } },
};
/* clang-format on */

int week_of(int grade, const struct block *out[BLOCKS])
{
	int n = 0;

	for (size_t i = 0; i < array_length(week); i++) {
		if (grade < week[i].first || grade > week[i].last)
			continue;
		assert(n < BLOCKS);
		out[n++] = &week[i];
	}
	return n;
}

const struct course *course_find(const char *code)
{
	const struct course *c = courses;

	while (strcmp(c->code, code) != 0) {
		c++;
		assert(c->code != NULL);
	}
	return c;
}

int block_courses(const struct block *block)
{
	int n = 0;

	while (n < BLOCK_COURSES && block->courses[n] != NULL)
		n++;
	return n;
}
