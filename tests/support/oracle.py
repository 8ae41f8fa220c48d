"""What a grant shows of a district, record by record, from what its settings
are said to mean and from nothing else: for tests to compare with."""
import datetime

ROLE_11 = {"counselor": "aide", "siteAdministrator": "administrator",
           "districtAdministrator": "administrator",
           "systemAdministrator": "administrator",
           "principal": "administrator"}


def listed(text):
    return set(text.split(",")) if text else set()


def with_below(rows, roots):
    found = {key for key in roots if key in rows}
    while True:
        more = {key for key, row in rows.items()
                if row["parentSourcedId"] in found} - found
        if not more:
            return found
        found |= more


def with_above(rows, keys):
    found = set()
    for key in keys:
        while key in rows and key not in found:
            found.add(key)
            key = rows[key]["parentSourcedId"]
    return found


class Sight:
    """sees[entity]: the ids of the records that the grant shows."""

    def __init__(self, world, grant, today):
        self.world, self.grant, self.today = world, grant, today
        self.share = grant.get("share", {})
        if grant["access"] == "full":
            self.sees = {e: set(rows) for e, rows in world.items()}
            return
        self.sees = {e: set() for e in world}
        if grant["access"] == "none":
            return
        self.scope()
        self.classes()
        self.people()
        if self.share.get("demographics"):
            self.sees["demographics"] = \
                set(world["demographics"]) & self.sees["users"]
        if self.share.get("resources"):
            self.resources()
        if self.share.get("gradebook"):
            self.gradebook()

    def scope(self):
        orgs, sessions = self.world["orgs"], self.world["academicSessions"]
        self.schools = None if "schools" not in self.share else \
            with_below(orgs, self.share["schools"])
        self.sessions = None
        if "sessions" in self.share:
            near, today = self.share["sessions"], self.today
            self.sessions = with_below(sessions, near.get("named", ()))
            if "before" in near or "after" in near:
                before = datetime.timedelta(near.get("before", 0))
                after = datetime.timedelta(near.get("after", 0))
                self.sessions |= {
                    key for key, row in sessions.items()
                    if datetime.date.fromisoformat(row["startDate"]) - before
                    <= today <
                    datetime.date.fromisoformat(row["endDate"]) + after}

    def in_school(self, key):
        return self.schools is None or key in self.schools

    def shares_class(self, key, row):
        share, course = self.share, self.world["courses"][row["courseSourcedId"]]
        taught = set()
        for of in (row, course):
            taught |= listed(of["subjects"]) | listed(of["subjectCodes"])
        grades = listed(row["grades"])
        return (self.in_school(row["schoolSourcedId"])
                and (self.sessions is None
                     or self.sessions & listed(row["termSourcedIds"]))
                and row["courseSourcedId"] in share.get(
                    "courses", (row["courseSourcedId"],))
                and key in share.get("classes", (key,))
                and ("subjects" not in share
                     or taught & set(share["subjects"]))
                and ("grades" not in share or not grades
                     or grades & set(share["grades"])))

    def classes(self):
        world, sees = self.world, self.sees
        sees["classes"] = {key for key, row in world["classes"].items()
                           if self.shares_class(key, row)}
        sees["courses"] = {world["classes"][key]["courseSourcedId"]
                           for key in sees["classes"]}
        sees["orgs"] = set(world["orgs"]) if self.schools is None else \
            with_above(world["orgs"], self.schools | {
                world["courses"][key]["orgSourcedId"]
                for key in sees["courses"]})
        sees["academicSessions"] = \
            set(world["academicSessions"]) if self.sessions is None else \
            with_above(world["academicSessions"], self.sessions)

    def of_grade(self, role, user):
        return ("grades" not in self.share or role != "student" or
                listed(self.world["users"][user]["grades"])
                & set(self.share["grades"]))

    def in_roles(self, role):
        return role in self.share.get("roles", (role,))

    def unenrolled(self):
        enrolled = {row["userSourcedId"]
                    for row in self.world["enrollments"].values()}
        for row in self.world["roles"].values():
            role, user = row["role"], row["userSourcedId"]
            if user not in enrolled and self.in_school(row["orgSourcedId"]) \
                    and self.in_roles(ROLE_11.get(role, role)) \
                    and self.of_grade(role, user):
                yield user, role

    def people(self):
        world, sees, students = self.world, self.sees, set()
        for key, row in world["enrollments"].items():
            if row["classSourcedId"] in sees["classes"] \
                    and self.in_roles(row["role"]) \
                    and self.in_school(row["schoolSourcedId"]) \
                    and self.of_grade(row["role"], row["userSourcedId"]):
                sees["enrollments"].add(key)
                sees["users"].add(row["userSourcedId"])
                if row["role"] == "student":
                    students.add(row["userSourcedId"])
        if self.share.get("unenrolled"):
            for user, role in self.unenrolled():
                sees["users"].add(user)
                if role == "student":
                    students.add(user)
        if self.share.get("agents"):
            for user in students:
                sees["users"] |= listed(world["users"][user]["agentSourcedIds"])
        self.follow("userProfiles", userSourcedId="users")
        self.follow("roles", userSourcedId="users", orgSourcedId="orgs")

    def follow(self, entity, **to):
        """Seen when all that it refers to is; what has no class, say, only
        where another reference leads to it."""
        first = next(iter(to))
        self.sees[entity] = {
            key for key, row in self.world[entity].items()
            if row[first] and all(not row[c] or row[c] in self.sees[of]
                                  for c, of in to.items())}

    def leads_to(self, entity, column, *froms):
        self.sees[entity] = {self.world[of][key][column]
                             for of in froms for key in self.sees[of]}

    def resources(self):
        self.follow("classResources", classSourcedId="classes")
        self.follow("courseResources", courseSourcedId="courses")
        self.follow("userResources", userSourcedId="users",
                    classSourcedId="classes", orgSourcedId="orgs")
        self.leads_to("resources", "resourceSourcedId", "classResources",
                      "courseResources", "userResources")

    def gradebook(self):
        sees = self.sees
        self.follow("scoreScales", classSourcedId="classes",
                    courseSourcedId="courses", orgSourcedId="orgs")
        self.follow("lineItems", classSourcedId="classes",
                    schoolSourcedId="orgs",
                    academicSessionSourcedId="academicSessions")
        self.leads_to("categories", "categorySourcedId", "lineItems")
        self.follow("lineItemScoreScales", lineItemSourcedId="lineItems",
                    scoreScaleSourcedId="scoreScales")
        self.follow("lineItemLearningObjectiveIds",
                    lineItemSourcedId="lineItems")
        self.follow("results", lineItemSourcedId="lineItems",
                    studentSourcedId="users", classSourcedId="classes")
        self.follow("resultScoreScales", resultSourcedId="results",
                    scoreScaleSourcedId="scoreScales")
        self.follow("resultLearningObjectiveIds", resultSourcedId="results")
        taken = {row["assessmentLineItemSourcedId"]
                 for row in self.world["assessmentResults"].values()
                 if row["studentSourcedId"] in sees["users"]}
        sees["assessmentLineItems"] = {
            key for key, row in self.world["assessmentLineItems"].items()
            if row["classSourcedId"] in sees["classes"]
            or not row["classSourcedId"] and key in taken}
        self.follow("assessmentResults",
                    assessmentLineItemSourcedId="assessmentLineItems",
                    studentSourcedId="users")
