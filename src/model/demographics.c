/* Demographics: what only those with their own scope may read. The sourcedId
 * is the user's. */
#include "model.h"

/* clang-format off */

#define HEADER BASE_HEADER "birthDate,sex,americanIndianOrAlaskaNative,asian,blackOrAfricanAmerican,nativeHawaiianOrOtherPacificIslander,white,demographicRaceTwoOrMoreRaces,hispanicOrLatinoEthnicity,countryOfBirthCode,stateOfBirthAbbreviation,cityOfBirth,publicSchoolResidenceStatus"

static const struct field fields[] = {
/*	  name                                    csv                                     column                                          kind  need      in    of     meaning */
	BASE_FIELDS,
	{ "birthDate",                            "birthDate",                            "birth_date",                                   DATE, OPTIONAL, BOTH, NULL,  "Day of birth" },
	{ "sex",                                  "sex",                                  "sex",                                          WORD, OPTIONAL, BOTH, "sex", "Sex as the school records it" },
	{ "americanIndianOrAlaskaNative",         "americanIndianOrAlaskaNative",         "american_indian_or_alaska_native",             BOOL, OPTIONAL, BOTH, NULL,  "American Indian or Alaska Native" },
	{ "asian",                                "asian",                                "asian",                                        BOOL, OPTIONAL, BOTH, NULL,  "Asian" },
	{ "blackOrAfricanAmerican",               "blackOrAfricanAmerican",               "black_or_african_american",                    BOOL, OPTIONAL, BOTH, NULL,  "Black or African American" },
	{ "nativeHawaiianOrOtherPacificIslander", "nativeHawaiianOrOtherPacificIslander", "native_hawaiian_or_other_pacific_islander",    BOOL, OPTIONAL, BOTH, NULL,  "Native Hawaiian or other Pacific Islander" },
	{ "white",                                "white",                                "white",                                        BOOL, OPTIONAL, BOTH, NULL,  "White" },
	{ "demographicRaceTwoOrMoreRaces",        "demographicRaceTwoOrMoreRaces",        "demographic_race_two_or_more_races",           BOOL, OPTIONAL, BOTH, NULL,  "Two or more races" },
	{ "hispanicOrLatinoEthnicity",            "hispanicOrLatinoEthnicity",            "hispanic_or_latino_ethnicity",                 BOOL, OPTIONAL, BOTH, NULL,  "Hispanic or Latino" },
	{ "countryOfBirthCode",                   "countryOfBirthCode",                   "country_of_birth_code",                        TEXT, OPTIONAL, BOTH, NULL,  "Country of birth" },
	{ "stateOfBirthAbbreviation",             "stateOfBirthAbbreviation",             "state_of_birth_abbreviation",                  TEXT, OPTIONAL, BOTH, NULL,  "State of birth" },
	{ "cityOfBirth",                          "cityOfBirth",                          "city_of_birth",                                TEXT, OPTIONAL, BOTH, NULL,  "City of birth" },
	{ "publicSchoolResidenceStatus",          "publicSchoolResidenceStatus",          "public_school_residence_status",               TEXT, OPTIONAL, BOTH, NULL,  "Whether the student lives where the school serves" },
	LAST_FIELDS
};

const struct entity entity_demographics = {
	"demographics", "demographics", "demographics", 9, ROSTERING, BOTH, HEADER, HEADER, NULL, fields,
	"Birth dates, sex, ethnicity: read under a scope of their own"
};
