/* First passwords: how they are made, that only who has the key opens them, and
 * that it is noted. */
#include "check.h"
#include "homeroom/publish.h"
#include "password/password.h"
#include "support/database.h"
#include "support/fixture.h"

#include <string.h>

static struct text text_of(const char *text)
{
	return (struct text){ text, strlen(text) };
}

/* --- HPKE ----------------------------------------------------------------- */

static struct text unhex(struct arena *arena, const char *text)
{
	struct buf out = { 0 };
	struct text bytes;

	CHECK(hex_decode(&out, text, strlen(text)), "%s", text);
	bytes = (struct text){ arena_textn(arena, out.data, out.len), out.len };
	buf_free(&out);
	return bytes;
}

/* RFC 9180, A.1.1: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-128-GCM. */
static void test_standard(void **state)
{
	struct arena *arena = arena_new();
	const struct text key = unhex(arena,
	    "4612c550263fc8ad58375df3f557aac531d26850903e55a9f23f21d8534e8ac8");
	const struct text sealed = unhex(arena,
	    "37fda3567bdbd628e88668c3c8d7e97d1d1253b6d4ea6d44c150f741f1bf4431"
	    "f938558b5d72f1a23810b4be2ab4f84331acc02fc97babc53a52ae8218a355a9"
	    "6d8770ac83d07bea87e13c512a");
	struct hpke_about about = {
		unhex(arena, "4f6465206f6e2061204772656369616e2055726e"),
		text_of("Count-0"),
	};
	struct buf out = { 0 };
	struct err err = { 0 };

	(void)state;
	CHECK(hpke_open(&out, (const unsigned char *)key.at, &about, sealed,
		  &err),
	    "%s", err.text);
	CHECK(strcmp(buf_text(&out), "Beauty is truth, truth beauty") == 0,
	    "%s", buf_text(&out));
	about.aad = text_of("Count-1");
	CHECK(!hpke_open(&out, (const unsigned char *)key.at, &about, sealed,
		  &err),
	    "another person's");
	buf_free(&out);
	arena_free(arena);
}

static void test_sealed(void **state)
{
	unsigned char private[HPKE_KEY], public[HPKE_KEY], other[HPKE_KEY];
	static const struct hpke_about about = { { "i", 1 }, { "a", 1 } };
	struct buf first = { 0 }, second = { 0 }, out = { 0 };
	struct err err = { 0 };

	(void)state;
	hpke_key_make(private, public);
	CHECK(hpke_seal(&first, public, &about, text_of("secret"), &err) &&
		  hpke_seal(&second, public, &about, text_of("secret"), &err),
	    "%s", err.text);
	CHECK(first.len == second.len &&
		  memcmp(first.data, second.data, first.len) != 0,
	    "sealed twice it is the same");
	CHECK(hpke_open(&out, private, &about,
		  (struct text){ first.data, first.len }, &err) &&
		  strcmp(buf_text(&out), "secret") == 0,
	    "%s", err.text);
	for (size_t i = 0; i < first.len; i++) {
		first.data[i] ^= 1;
		CHECK(!hpke_open(&out, private, &about,
			  (struct text){ first.data, first.len }, &err),
		    "byte %zu", i);
		CHECK(!hpke_open(&out, private, &about,
			  (struct text){ second.data, i }, &err),
		    "%zu bytes", i);
		first.data[i] ^= 1;
	}
	hpke_key_make(other, public);
	CHECK(!hpke_open(&out, other, &about,
		  (struct text){ first.data, first.len }, &err),
	    "another's key");
	buf_free(&first);
	buf_free(&second);
	buf_free(&out);
}

/* --- making --------------------------------------------------------------- */

static bool make(struct arena *arena, const struct password_policy *policy,
    const char *login, const char *name, const char **out)
{
	const struct password_for whose = { text_of(login), text_of(name) };
	struct err err = { 0 };

	return password_make(arena, policy, &whose, out, &err);
}

static int kinds(const char *password)
{
	return (strpbrk(password, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != NULL) +
	       (strpbrk(password, "abcdefghijklmnopqrstuvwxyz") != NULL) +
	       (strpbrk(password, "0123456789") != NULL) +
	       (strpbrk(password, "!#%+-=?@") != NULL);
}

static void test_made(void **state)
{
	static const struct password_policy policies[] = {
		{ .kind = PASSWORD_RANDOM, .length = 8 },
		{ .kind = PASSWORD_RANDOM, .length = 14 },
		{ .kind = PASSWORD_RANDOM, .length = 127 },
		{ .kind = PASSWORD_WORDS, .words = 2 },
		{ .kind = PASSWORD_WORDS, .words = 4 },
		{ .kind = PASSWORD_WORDS, .words = 8 },
	};
	struct arena *arena = arena_new();
	const char *before = "", *password;

	(void)state;
	for (int i = 0; i < 6000; i++) {
		const struct password_policy *policy = &policies[i % 6];

		CHECK(make(arena, policy, "river.otter", "River Otter",
			  &password),
		    "%d", i);
		CHECK(kinds(password) >= 3 && strlen(password) >= 8 &&
			  strlen(password) <= 127,
		    "policy %d: %zu characters", i % 6, strlen(password));
		CHECK(policy->kind == PASSWORD_WORDS ||
			  strpbrk(password, "0O1lI") == NULL,
		    "it can be misread");
		CHECK(strcasestr(password, "river") == NULL &&
			  strcasestr(password, "otter") == NULL,
		    "it tells the name");
		CHECK(strcmp(password, before) != 0, "twice the same");
		before = password;
	}
	arena_free(arena);
}

/* Each of 24 is as likely as any: a chi-square of 23 degrees is hardly ever
 * above 70. */
static void test_chance(void **state)
{
	enum { SIDES = 24, THROWS = 240000 };

	int counts[SIDES] = { 0 };
	double sum = 0;

	(void)state;
	for (int i = 0; i < THROWS; i++)
		counts[chance(SIDES)]++;
	for (int i = 0; i < SIDES; i++) {
		double off = counts[i] - (double)THROWS / SIDES;

		sum += off * off / ((double)THROWS / SIDES);
	}
	CHECK(sum < 70, "chi-square %.1f", sum);
}

static void test_pattern(void **state)
{
	static const struct {
		const char *value;
		bool good;
	} cases[] = {
		{ "Spring-2026", true },
		{ "Sp-2026", false },
		{ "spring2026", false },
		{ "Ann.Smith-2026", false },
		{ "SMITHY-2026", false },
		{ "An-2026-Li", true },
	};
	struct arena *arena = arena_new();
	const char *password;

	(void)state;
	for (size_t i = 0; i < array_length(cases); i++) {
		const struct password_policy policy = {
			.kind = PASSWORD_PATTERN,
			.value = text_of(cases[i].value),
		};

		CHECK(make(arena, &policy, "asmith", "Ann Smith", &password) ==
			  cases[i].good,
		    "%s", cases[i].value);
	}
	arena_free(arena);
}

/* --- kept and opened ------------------------------------------------------ */

/* A district with a directory, and what asks for its passwords. */
struct scene {
	struct arena *arena;
	struct db *owner, *ingest, *asks; /* asks: one of them */
	int64_t district;
	struct password_wanted wanted;
	const struct password_row *rows;
	int count;
	struct err err;
};

static void begin(struct scene *scene)
{
	int64_t district = fixture_district();

	*scene = (struct scene){ .arena = arena_new(),
		.owner = database_open(DB_OWNER),
		.ingest = database_open(DB_INGEST),
		.district = district,
		.wanted = { .district = district,
		    .directory = "ad",
		    .who = "tester" } };
	scene->asks = scene->owner;
	(void)fixture_value(district,
	    "insert into homeroom.directory (id, district, name, kind) "
	    "overriding system value values ({d}, {d}, 'ad', 'ad') "
	    "returning id");
}

static void end(struct scene *scene)
{
	db_close(scene->ingest);
	db_close(scene->owner);
	arena_free(scene->arena);
}

static void keep(struct scene *scene, const char *person, const char *password)
{
	const struct password_account account = { scene->district,
		scene->district, person, person, "account",
		strcmp(person, "u5") == 0 };
	struct err err = { 0 };

	CHECK(password_keep(scene->ingest, scene->arena, &account, password,
		  &err),
	    "%s", err.text);
}

/* Whether so many are opened; as the first of them, this one. */
static bool opens(struct scene *scene, const struct password_wanted *wanted,
    int count, const char *password)
{
	scene->err = (struct err){ 0 };
	return password_open(scene->asks, scene->arena, wanted, &scene->rows,
		   &scene->count, &scene->err) &&
	       scene->count == count &&
	       (password == NULL ||
		   strcmp(scene->rows[0].password, password) == 0);
}

/* Whether so many wait. */
static bool lists(struct scene *scene, const struct password_wanted *wanted,
    int count)
{
	scene->err = (struct err){ 0 };
	return password_list(scene->asks, scene->arena, wanted, &scene->rows,
		   &scene->count, &scene->err) &&
	       scene->count == count && scene->rows[0].password == NULL;
}

/* Of two that were opened, and one that was not. */
static void check_slips(struct scene *scene)
{
	struct password_wanted school = scene->wanted, class = school;
	struct buf html = { 0 };
	int64_t forgotten;

	school.school = "s1";
	class.class = "none";
	(void)fixture_value(scene->district,
	    "update roster.users set given_name = 'Ann <Ax>', "
	    "family_name = '& \"co\"', preferred_first_name = null, "
	    "preferred_last_name = null where district = {d} returning 1");
	CHECK(opens(scene, &scene->wanted, 2, NULL), "%s", scene->err.text);
	password_slips(&html, scene->rows, scene->count, "ad");
	CHECK(strstr(buf_text(&html), "Otter-&lt;33&gt;-&amp;x") != NULL &&
		  strstr(html.data, "Ann &lt;Ax&gt; &amp; &quot;co&quot;") !=
		      NULL,
	    "slips");
	keep(scene, "u4", "Not-opened-1");
	CHECK(password_forget(scene->owner, scene->arena, &class, &forgotten,
		  &scene->err) &&
		  forgotten == 0,
	    "%s", scene->err.text);
	CHECK(password_forget(scene->owner, scene->arena, &school, &forgotten,
		  &scene->err) &&
		  forgotten == 2,
	    "%s", scene->err.text);
	CHECK(strcmp(fixture_value(scene->district,
			 "select string_agg(person, ',') from "
			 "homeroom.password where directory = {d}"),
		  "u4") == 0,
	    "what was not opened waits");
	buf_free(&html);
}

static void test_kept(void **state)
{
	static const struct fixture_change none[] = { { NULL, NULL } };
	struct scene scene;
	struct password_wanted *wanted = &scene.wanted;

	(void)state;
	begin(&scene);
	fixture_write("bundle", V12, none);
	ingest_close(
	    fixture_import(scene.ingest, scene.district, "bundle", false));
	keep(&scene, "u1", "First-Try-1");
	keep(&scene, "u1", "Maple-47-river");
	keep(&scene, "u3", "Otter-<33>-&x");
	CHECK(strcmp(fixture_value(scene.district,
			 "select count(*) from homeroom.password p where "
			 "directory = {d} and (p::text like '%Maple%' or "
			 "encode(sealed || held, 'escape') like '%Maple%')"),
		  "0") == 0,
	    "it can be read");
	CHECK(lists(&scene, wanted, 2), "%s", scene.err.text);
	wanted->person = "u1";
	CHECK(opens(&scene, wanted, 1, "Maple-47-river") &&
		  strcmp(scene.rows[0].school, "North School") == 0,
	    "%s", scene.err.text);
	CHECK(opens(&scene, wanted, 0, NULL), "it is opened once");
	wanted->again = true;
	CHECK(opens(&scene, wanted, 1, NULL) && scene.rows[0].opened > 0 &&
		  strcmp(scene.rows[0].opened_by, "tester") == 0,
	    "%s", scene.err.text);
	CHECK(strcmp(fixture_value(scene.district,
			 "select count(*) from homeroom.setting_change c join "
			 "homeroom.audit a on a.change = c.id where c.district "
			 "= {d} and c.kind = 'password' and c.who = 'tester' "
			 "and c.after = '{\"opened\": 1}'"),
		  "2") == 0,
	    "each opening is in the audit");
	wanted->person = NULL;
	check_slips(&scene);
	end(&scene);
}

/* What goes by mail waits until it has gone out, and then for whoever sends it
 * alone; what need not be changed does not go. */
static void test_mailed(void **state)
{
	struct scene scene;
	struct password_wanted mail;

	(void)state;
	begin(&scene);
	scene.asks = scene.ingest;
	mail = (struct password_wanted){ .district = scene.district,
		.directory = "ad",
		.who = "notification agents",
		.to = "ann@example.org" };
	keep(&scene, "u1", "Maple-47-river");
	keep(&scene, "u5", "It-may-stay-1");
	for (int i = 0; i < 3; i++) {
		CHECK(opens(&scene, &mail, 1, "Maple-47-river"), "%d: %d, %s",
		    i, scene.count, scene.err.text);
		CHECK(lists(&scene, &scene.wanted, i == 2 ? 1 : 2),
		    "%d: %d wait", i, scene.count);
		CHECK(i == 0 || password_sent(scene.asks, scene.arena, &mail,
				    &scene.err),
		    "%s", scene.err.text);
	}
	mail.who = "notification others";
	CHECK(opens(&scene, &mail, 0, NULL), "somebody else sends it again");
	CHECK(strcmp(fixture_value(scene.district,
			 "select count(*) from homeroom.setting_change c where "
			 "c.district = {d} and c.who = 'notification agents' "
			 "and c.after = '{\"opened\": 1, \"to\": "
			 "\"ann@example.org\"}'"),
		  "3") == 0,
	    "each opening is in the audit");
	end(&scene);
}

static bool holds(struct scene *scene, const char *person, const char *login,
    const char *password)
{
	const struct password_account account = { scene->district,
		scene->district, person, login, "account", false };
	const char *held;

	scene->err = (struct err){ 0 };
	return password_held(scene->ingest, scene->arena, &account, &held,
		   &scene->err) &&
	       (password == NULL ? held == NULL
				 : held != NULL && strcmp(held, password) == 0);
}

/* Each attempt to make an account gives it the same, under the same login. */
static void test_held(void **state)
{
	struct scene scene;

	(void)state;
	begin(&scene);
	CHECK(holds(&scene, "u1", "u1", NULL), "%s", scene.err.text);
	keep(&scene, "u1", "Maple-47-river");
	keep(&scene, "u3", "Otter-<33>-&x");
	CHECK(holds(&scene, "u1", "u1", "Maple-47-river"), "%s",
	    scene.err.text);
	CHECK(holds(&scene, "u1", "ann", NULL), "%s", scene.err.text);
	(void)fixture_value(scene.district,
	    "update homeroom.password p set held = o.held "
	    "from homeroom.password o where o.directory = {d} "
	    "and p.directory = {d} and o.person = 'u3' and p.person = 'u1' "
	    "returning 1");
	CHECK(!holds(&scene, "u1", "u1", "Otter-<33>-&x"),
	    "another's stands for it");
	end(&scene);
}

/* The district keeps its private key: what is here opens nothing. */
static void test_own_key(void **state)
{
	struct scene scene;
	struct password_wanted *wanted = &scene.wanted;
	struct err err = { 0 };

	(void)state;
	begin(&scene);
	CHECK(system("openssl genpkey -algorithm x25519 -out own.pem && "
		     "openssl pkey -in own.pem -pubout -out public.pem && "
		     "openssl genpkey -algorithm x25519 -out another.pem") == 0,
	    "openssl");
	CHECK(!password_set_key(scene.owner, scene.arena, scene.district,
		  "own.pem", &err),
	    "a private one is refused");
	err = (struct err){ 0 };
	CHECK(password_set_key(scene.owner, scene.arena, scene.district,
		  "public.pem", &err),
	    "%s", err.text);
	keep(&scene, "u1", "Maple-47-river");
	CHECK(!opens(&scene, wanted, 1, NULL) &&
		  strstr(scene.err.text, "--key") != NULL,
	    "%s", scene.err.text);
	wanted->key = "another.pem";
	CHECK(!opens(&scene, wanted, 1, NULL) &&
		  strstr(scene.err.text, "another key") != NULL,
	    "%s", scene.err.text);
	wanted->key = "own.pem";
	CHECK(opens(&scene, wanted, 1, "Maple-47-river"), "%s", scene.err.text);
	end(&scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_standard),
		cmocka_unit_test(test_sealed),
		cmocka_unit_test(test_made),
		cmocka_unit_test(test_chance),
		cmocka_unit_test(test_pattern),
		cmocka_unit_test(test_kept),
		cmocka_unit_test(test_mailed),
		cmocka_unit_test(test_held),
		cmocka_unit_test(test_own_key),
	};

	return check_main(tests);
}
