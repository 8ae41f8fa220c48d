/* The gradebook: categories, line items, results and scales of scores. */
#include "model.h"

/* clang-format off */

#define CATEGORY_HEADER BASE_HEADER "title"

static const struct field category_fields[] = {
/*	  name      csv       column    kind    need      in    of    meaning */
	BASE_FIELDS,
	{ "title",  "title",  "title",  TEXT,   REQUIRED, BOTH, NULL, "Name of the category" },
	{ "weight", "weight", "weight", NUMBER, OPTIONAL, V12,  NULL, "Weight of the category, in per cent" },
	LAST_FIELDS
};

const struct entity entity_categories = {
	"categories", "category", "categories", 14, GRADEBOOK, BOTH, CATEGORY_HEADER, CATEGORY_HEADER ",weight", NULL, category_fields,
	"Kinds of work that are graded"
};

#define SCALE_HEADER BASE_HEADER "title,type,orgSourcedId,courseSourcedId,classSourcedId,scoreScaleValue"

static const struct field scale_fields[] = {
	BASE_FIELDS,
	{ "title",           "title",           "title",             TEXT,    REQUIRED_12,         V12, NULL,              "Name of the scale" },
	{ "type",            "type",            "type",              TEXT,    REQUIRED_12,         V12, NULL,              "Kind of scale" },
	{ NULL,              "orgSourcedId",    "org_id",            REF,     REQUIRED_12 | KEYED, V12, "orgs",            "School that uses the scale" },
	{ "course",          "courseSourcedId", "course_id",         REF,     REQUIRED_12,         V12, "courses",         "Course that uses the scale" },
	{ "class",           "classSourcedId",  "class_id",          REF,     REQUIRED_12 | KEYED, V12, "classes",         "Class that uses the scale" },
	{ "scoreScaleValue", "scoreScaleValue", "score_scale_value", OBJECTS, REQUIRED_12,         V12, "scoreScaleValue", "Which score each value stands for" },
	LAST_FIELDS
};

const struct entity entity_scoreScales = {
	"scoreScales", "scoreScale", "score_scales", 15, GRADEBOOK, V12, NULL, SCALE_HEADER, NULL, scale_fields,
	"How scores are read"
};

#define ITEM_HEADER(session) BASE_HEADER "title,description,assignDate,dueDate,classSourcedId,categorySourcedId," session ",resultValueMin,resultValueMax"

static const struct field item_fields[] = {
	BASE_FIELDS,
	{ "title",                "title",                    "title",               TEXT,    REQUIRED,            BOTH, NULL,               "Name of the piece of work" },
	{ "description",          "description",              "description",         TEXT,    OPTIONAL,            BOTH, NULL,               "What is to be done" },
	{ "assignDate",           "assignDate",               "assign_date",         MOMENT,  REQUIRED,            BOTH, NULL,               "When it was given out" },
	{ "dueDate",              "dueDate",                  "due_date",            MOMENT,  REQUIRED,            BOTH, NULL,               "When it is due" },
	{ "class",                "classSourcedId",           "class_id",            REF,     REQUIRED | KEYED,    BOTH, "classes",          "Class that does the work" },
	{ "school",               "schoolSourcedId",          "school_id",           REF,     REQUIRED_12 | KEYED, V12,  "orgs",             "School that holds the class" },
	{ "category",             "categorySourcedId",        "category_id",         REF,     REQUIRED | KEYED,    BOTH, "categories",       "Kind of work" },
	{ "gradingPeriod",        "gradingPeriodSourcedId",   "grading_period_id",   REF,     REQUIRED_11,         BOTH, "academicSessions", "Grading period in which it counts" },
	{ "academicSession",      "academicSessionSourcedId", "academic_session_id", REF,     REQUIRED_12,         V12,  "academicSessions", "Session in which it counts" },
	{ "scoreScale",           NULL,                       "score_scale_id",      REF,     DERIVED,             V12,  "scoreScales",      "Scale by which it is scored" },
	{ "resultValueMin",       "resultValueMin",           "result_value_min",    NUMBER,  REQUIRED_11,         BOTH, NULL,               "Lowest score" },
	{ "resultValueMax",       "resultValueMax",           "result_value_max",    NUMBER,  REQUIRED_11,         BOTH, NULL,               "Highest score" },
	{ "learningObjectiveSet", NULL,                       "objectives",          OBJECTS, DERIVED,             V12,  "objectiveSet",     "Learning objectives that it serves" },
	LAST_FIELDS
};

const struct entity entity_lineItems = {
	"lineItems", "lineItem", "line_items", 16, GRADEBOOK, BOTH, ITEM_HEADER("gradingPeriodSourcedId"), ITEM_HEADER("academicSessionSourcedId") ",schoolSourcedId", NULL, item_fields,
	"Pieces of work that are graded"
};

#define ITEM_SCALE_HEADER BASE_HEADER "title,lineItemSourcedId,scoreScaleSourcedId"

static const struct field item_scale_fields[] = {
	BASE_FIELDS,
	{ "title",      "title",               "title",          TEXT, OPTIONAL,            V12, NULL,          "Name of the relation" },
	{ "lineItem",   "lineItemSourcedId",   "line_item_id",   REF,  REQUIRED_12 | KEYED, V12, "lineItems",   "The piece of work" },
	{ "scoreScale", "scoreScaleSourcedId", "score_scale_id", REF,  REQUIRED_12 | KEYED, V12, "scoreScales", "The scale" },
	LAST_FIELDS
};

const struct entity entity_lineItemScoreScales = {
	"lineItemScoreScales", NULL, "line_item_score_scales", 17, GRADEBOOK, 0, NULL, ITEM_SCALE_HEADER, NULL, item_scale_fields,
	"By which scale a piece of work is scored"
};

#define ITEM_OBJECTIVE_HEADER BASE_HEADER "lineItemSourcedId,source,learningObjectiveId"

static const struct field item_objective_fields[] = {
	BASE_FIELDS,
	{ "lineItem",            "lineItemSourcedId",   "line_item_id",          REF,  REQUIRED_12 | KEYED, V12, "lineItems",       "The piece of work" },
	{ "source",              "source",              "objective_source",      WORD, REQUIRED_12,         V12, "objectiveSource", "Who defines the learning objective" },
	{ "learningObjectiveId", "learningObjectiveId", "learning_objective_id", TEXT, REQUIRED_12,         V12, NULL,              "The learning objective" },
	LAST_FIELDS
};

const struct entity entity_lineItemLearningObjectiveIds = {
	"lineItemLearningObjectiveIds", NULL, "line_item_learning_objective_ids", 18, GRADEBOOK, 0, NULL, ITEM_OBJECTIVE_HEADER, NULL, item_objective_fields,
	"Which learning objectives a piece of work serves"
};

#define RESULT_HEADER BASE_HEADER "lineItemSourcedId,studentSourcedId,scoreStatus,score,scoreDate,comment"

static const struct field result_fields[] = {
	BASE_FIELDS,
	{ "lineItem",             "lineItemSourcedId", "line_item_id",   REF,     REQUIRED | KEYED, BOTH, "lineItems",     "The piece of work" },
	{ "student",              "studentSourcedId",  "student_id",     REF,     REQUIRED | KEYED, BOTH, "users",         "Student whose result it is" },
	{ "class",                "classSourcedId",    "class_id",       REF,     OPTIONAL | KEYED, V12,  "classes",       "Class in which the student did it" },
	{ "scoreScale",           NULL,                "score_scale_id", REF,     DERIVED,          V12,  "scoreScales",   "Scale by which it is scored" },
	{ "scoreStatus",          "scoreStatus",       "score_status",   WORD,    REQUIRED,         BOTH, "scoreStatus",   "How far the grading has come" },
	{ "score",                "score",             "score",          NUMBER,  REQUIRED_11,      BOTH, NULL,            "The score" },
	{ "textScore",            "textScore",         "text_score",     TEXT,    OPTIONAL,         V12,  NULL,            "The score in words" },
	{ "scoreDate",            "scoreDate",         "score_date",     DATE,    REQUIRED,         BOTH, NULL,            "Day of the score" },
	{ "comment",              "comment",           "comment",        TEXT,    OPTIONAL,         BOTH, NULL,            "What the teacher says of it" },
	{ "learningObjectiveSet", NULL,                "objectives",     OBJECTS, DERIVED,          V12,  "objectiveScoreSet", "Scores for single learning objectives" },
	{ "inProgress",           "inProgress",        "in_progress",    BOOL,    OPTIONAL,         V12,  NULL,            "Whether the student is still working" },
	{ "incomplete",           "incomplete",        "incomplete",     BOOL,    OPTIONAL,         V12,  NULL,            "Whether the work is incomplete" },
	{ "late",                 "late",              "late",           BOOL,    OPTIONAL,         V12,  NULL,            "Whether the work came late" },
	{ "missing",              "missing",           "missing",        BOOL,    OPTIONAL,         V12,  NULL,            "Whether the work never came" },
	LAST_FIELDS
};

const struct entity entity_results = {
	"results", "result", "results", 19, GRADEBOOK, BOTH, RESULT_HEADER, RESULT_HEADER ",textScore,classSourcedId,inProgress,incomplete,late,missing", NULL, result_fields,
	"What students achieved in a piece of work"
};

#define RESULT_SCALE_HEADER BASE_HEADER "title,resultSourcedId,scoreScaleSourcedId"

static const struct field result_scale_fields[] = {
	BASE_FIELDS,
	{ "title",      "title",               "title",          TEXT, OPTIONAL,            V12, NULL,          "Name of the relation" },
	{ "result",     "resultSourcedId",     "result_id",      REF,  REQUIRED_12 | KEYED, V12, "results",     "The result" },
	{ "scoreScale", "scoreScaleSourcedId", "score_scale_id", REF,  REQUIRED_12 | KEYED, V12, "scoreScales", "The scale" },
	LAST_FIELDS
};

const struct entity entity_resultScoreScales = {
	"resultScoreScales", NULL, "result_score_scales", 20, GRADEBOOK, 0, NULL, RESULT_SCALE_HEADER, NULL, result_scale_fields,
	"By which scale a result is scored"
};

#define RESULT_OBJECTIVE_HEADER BASE_HEADER "resultSourcedId,source,learningObjectiveId,score,textScore"

static const struct field result_objective_fields[] = {
	BASE_FIELDS,
	{ "result",              "resultSourcedId",     "result_id",             REF,    REQUIRED_12 | KEYED, V12, "results",         "The result" },
	{ "source",              "source",              "objective_source",      WORD,   REQUIRED_12,         V12, "objectiveSource", "Who defines the learning objective" },
	{ "learningObjectiveId", "learningObjectiveId", "learning_objective_id", TEXT,   REQUIRED_12,         V12, NULL,              "The learning objective" },
	{ "score",               "score",               "score",                 NUMBER, OPTIONAL,            V12, NULL,              "The score for it" },
	{ "textScore",           "textScore",           "text_score",            TEXT,   OPTIONAL,            V12, NULL,              "The score for it in words" },
	LAST_FIELDS
};

const struct entity entity_resultLearningObjectiveIds = {
	"resultLearningObjectiveIds", NULL, "result_learning_objective_ids", 21, GRADEBOOK, 0, NULL, RESULT_OBJECTIVE_HEADER, NULL, result_objective_fields,
	"Scores for single learning objectives"
};

/* Assessments come by REST alone; 1.2 has no files for them. */

static const struct field assessment_item_fields[] = {
	BASE_FIELDS,
	{ "title",                    NULL, "title",            TEXT,    REQUIRED_12,      V12, NULL,                  "Name of the assessment or of a part of it" },
	{ "description",              NULL, "description",      TEXT,    OPTIONAL,         V12, NULL,                  "What is assessed" },
	{ "class",                    NULL, "class_id",         REF,     OPTIONAL | KEYED, V12, "classes",             "Class that is assessed" },
	{ "parentAssessmentLineItem", NULL, "parent_id",        REF,     OPTIONAL | KEYED, V12, "assessmentLineItems", "Assessment that this is a part of" },
	{ "scoreScale",               NULL, "score_scale_id",   REF,     OPTIONAL,         V12, "scoreScales",         "Scale by which it is scored" },
	{ "resultValueMin",           NULL, "result_value_min", NUMBER,  OPTIONAL,         V12, NULL,                  "Lowest score" },
	{ "resultValueMax",           NULL, "result_value_max", NUMBER,  OPTIONAL,         V12, NULL,                  "Highest score" },
	{ "learningObjectiveSet",     NULL, "objectives",       OBJECTS, OPTIONAL,         V12, "objectiveSet",        "Learning objectives that it tests" },
	LAST_FIELDS
};

const struct entity entity_assessmentLineItems = {
	"assessmentLineItems", "assessmentLineItem", "assessment_line_items", 22, GRADEBOOK, V12, NULL, NULL, NULL, assessment_item_fields,
	"Assessments and their parts"
};

static const struct field assessment_result_fields[] = {
	BASE_FIELDS,
	{ "assessmentLineItem",   NULL, "assessment_line_item_id", REF,     REQUIRED_12 | KEYED, V12, "assessmentLineItems", "The assessment" },
	{ "student",              NULL, "student_id",              REF,     REQUIRED_12 | KEYED, V12, "users",               "Student whose result it is" },
	{ "score",                NULL, "score",                   NUMBER,  OPTIONAL,            V12, NULL,                  "The score" },
	{ "textScore",            NULL, "text_score",              TEXT,    OPTIONAL,            V12, NULL,                  "The score in words" },
	{ "scoreDate",            NULL, "score_date",              DATE,    REQUIRED_12,         V12, NULL,                  "Day of the score" },
	{ "scoreScale",           NULL, "score_scale_id",          REF,     OPTIONAL,            V12, "scoreScales",         "Scale by which it is scored" },
	{ "scorePercentile",      NULL, "score_percentile",        NUMBER,  OPTIONAL,            V12, NULL,                  "Share of others who scored no higher" },
	{ "scoreStatus",          NULL, "score_status",            WORD,    REQUIRED_12,         V12, "scoreStatus",         "How far the grading has come" },
	{ "comment",              NULL, "comment",                 TEXT,    OPTIONAL,            V12, NULL,                  "What is said of it" },
	{ "learningObjectiveSet", NULL, "objectives",              OBJECTS, OPTIONAL,            V12, "objectiveScoreSet",   "Scores for single learning objectives" },
	{ "inProgress",           NULL, "in_progress",             BOOL,    OPTIONAL,            V12, NULL,                  "Whether the student is still working" },
	{ "incomplete",           NULL, "incomplete",              BOOL,    OPTIONAL,            V12, NULL,                  "Whether the work is incomplete" },
	{ "late",                 NULL, "late",                    BOOL,    OPTIONAL,            V12, NULL,                  "Whether the work came late" },
	{ "missing",              NULL, "missing",                 BOOL,    OPTIONAL,            V12, NULL,                  "Whether the work never came" },
	LAST_FIELDS
};

const struct entity entity_assessmentResults = {
	"assessmentResults", "assessmentResult", "assessment_results", 23, GRADEBOOK, V12, NULL, NULL, NULL, assessment_result_fields,
	"What students achieved in assessments"
};
