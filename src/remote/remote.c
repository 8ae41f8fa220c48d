/* One handle of libcurl: who we are, who they must be, how long it may take. */
#include "homeroom/remote.h"
#include "remote.h"

#include <pthread.h>
#include <string.h>

#define CONNECT_MS 20000
#define STALL_SECONDS 60

static pthread_once_t once = PTHREAD_ONCE_INIT;

/* Left to the end of the process: handles may live in any thread. */
static void begin(void)
{
	curl_global_init(CURL_GLOBAL_DEFAULT);
}

struct remote *remote_new(const struct remote_account *account)
{
	struct remote *remote = memory_new(sizeof(*remote));

	pthread_once(&once, begin);
	remote->account = *account;
	remote->curl = curl_easy_init();
	return remote;
}

void remote_free(struct remote *remote)
{
	if (remote == NULL)
		return;
	curl_easy_cleanup(remote->curl);
	memory_free(remote);
}

/* --- preparing ------------------------------------------------------------ */

static bool has_scheme(const char *url, const char *scheme)
{
	return strncasecmp(url, scheme, strlen(scheme)) == 0;
}

/* Not "localhost": a name may lead anywhere. */
static bool is_loopback(const char *url)
{
	const char *host = strstr(url, "://");

	return host != NULL && (strncmp(host, "://127.", 7) == 0 ||
				   strncmp(host, "://[::1]", 8) == 0);
}

static bool check_url(const struct remote *remote, const char *url,
    struct err *err)
{
	if (has_scheme(url, "https://") || has_scheme(url, "sftp://") ||
	    has_scheme(url, "smtp://") || has_scheme(url, "smtps://"))
		return true;
	if (!has_scheme(url, "http://"))
		return fail(err, FAULT_INVALID,
		    "an address begins with sftp:// or https://");
	if (remote->account.plain && is_loopback(url))
		return true;
	return fail(err, FAULT_INVALID,
	    "http:// would show everybody on the way what is sent; use "
	    "https://");
}

static int may_go_on(void *context, curl_off_t download_size,
    curl_off_t downloaded, curl_off_t upload_size, curl_off_t uploaded)
{
	const struct remote *remote = context;

	(void)download_size, (void)downloaded;
	(void)upload_size, (void)uploaded;
	return remote->account.stop != NULL &&
	       atomic_load(remote->account.stop);
}

/* "SHA256:x" is "x" for libcurl. An empty one fits no server: without a key
 * that we know, libssh2 would take any. */
static const char *key_digest(const struct remote_account *account)
{
	static const char prefix[] = "SHA256:";

	if (account->host_key == NULL)
		return "-";
	if (strncmp(account->host_key, prefix, strlen(prefix)) == 0)
		return account->host_key + strlen(prefix);
	return account->host_key;
}

static void set_account(struct remote *remote)
{
	const struct remote_account *account = &remote->account;
	CURL *curl = remote->curl;

	curl_easy_setopt(curl, CURLOPT_SSH_AUTH_TYPES,
	    account->private_key != NULL
		? CURLSSH_AUTH_PUBLICKEY
		: CURLSSH_AUTH_PASSWORD | CURLSSH_AUTH_KEYBOARD);
	curl_easy_setopt(curl, CURLOPT_SSH_HOST_PUBLIC_KEY_SHA256,
	    key_digest(account));
	if (account->user != NULL)
		curl_easy_setopt(curl, CURLOPT_USERNAME, account->user);
	if (account->private_key != NULL) {
		curl_easy_setopt(curl, CURLOPT_SSH_PRIVATE_KEYFILE,
		    account->private_key);
		curl_easy_setopt(curl, CURLOPT_KEYPASSWD,
		    account->password != NULL ? account->password : "");
	} else if (account->password != NULL) {
		curl_easy_setopt(curl, CURLOPT_PASSWORD, account->password);
	}
	if (account->authorities != NULL)
		curl_easy_setopt(curl, CURLOPT_CAINFO, account->authorities);
}

bool remote_prepare(struct remote *remote, const char *url, struct err *err)
{
	const struct remote_account *account = &remote->account;
	CURL *curl = remote->curl;

	if (curl == NULL)
		return fail(err, FAULT_INTERNAL, "libcurl does not start");
	if (!check_url(remote, url, err))
		return false;
	curl_easy_reset(curl);
	remote->why[0] = '\0';
	curl_easy_setopt(curl, CURLOPT_URL, url);
	curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, remote->why);
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR,
	    "http,https,sftp,smtp,smtps");
	curl_easy_setopt(curl, CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2);
	curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS,
	    (long)(account->connect_ms != 0 ? account->connect_ms
					    : CONNECT_MS));
	curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, 1L);
	curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME,
	    (long)(account->stall_seconds != 0 ? account->stall_seconds
					       : STALL_SECONDS));
	curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
	curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, may_go_on);
	curl_easy_setopt(curl, CURLOPT_XFERINFODATA, remote);
	set_account(remote);
	return true;
}

/* --- performing ----------------------------------------------------------- */

/* clang-format off */
static const struct {
	CURLcode code;
	enum fault fault;
	const char *what;
} meanings[] = {
	{ CURLE_COULDNT_RESOLVE_HOST,       FAULT_UNAVAILABLE, "its name is not known" },
	{ CURLE_COULDNT_RESOLVE_PROXY,      FAULT_UNAVAILABLE, "the proxy's name is not known" },
	{ CURLE_COULDNT_CONNECT,            FAULT_UNAVAILABLE, "nobody answers there" },
	{ CURLE_OPERATION_TIMEDOUT,         FAULT_UNAVAILABLE, "it took too long" },
	{ CURLE_GOT_NOTHING,                FAULT_UNAVAILABLE, "it hung up without an answer" },
	{ CURLE_SSL_CONNECT_ERROR,          FAULT_UNAVAILABLE, "no TLS with it" },
	{ CURLE_PEER_FAILED_VERIFICATION,   FAULT_FORBIDDEN,   "it is not who it should be" },
	{ CURLE_SSL_CACERT_BADFILE,         FAULT_FORBIDDEN,   "the file of authorities can't be read" },
	{ CURLE_USE_SSL_FAILED,             FAULT_FORBIDDEN,   "it offers no encryption" },
	{ CURLE_LOGIN_DENIED,               FAULT_FORBIDDEN,   "it does not let us in: user, password or key" },
	{ CURLE_REMOTE_ACCESS_DENIED,       FAULT_FORBIDDEN,   "it does not let us do that there" },
	{ CURLE_REMOTE_FILE_NOT_FOUND,      FAULT_NOT_FOUND,   "there is no such file or folder" },
	{ CURLE_FILESIZE_EXCEEDED,          FAULT_TOO_LARGE,   "it is larger than it may be" },
	{ CURLE_REMOTE_DISK_FULL,           FAULT_IO,          "its disk is full" },
	{ CURLE_PARTIAL_FILE,               FAULT_IO,          "it broke off" },
	{ CURLE_SEND_ERROR,                 FAULT_IO,          "it broke off" },
	{ CURLE_RECV_ERROR,                 FAULT_IO,          "it broke off" },
	{ CURLE_ABORTED_BY_CALLBACK,        FAULT_UNAVAILABLE, "it was told to stop" },
	{ CURLE_URL_MALFORMAT,              FAULT_INVALID,     "that is not an address" },
};
/* clang-format on */

/* Of a certificate or host key, libcurl knows what is wrong with it. */
static const char *more_of(const struct remote *remote, CURLcode code)
{
	return code == CURLE_PEER_FAILED_VERIFICATION && remote->why[0] != '\0'
		   ? remote->why
		   : curl_easy_strerror(code);
}

bool remote_outcome(const struct remote *remote, CURLcode code, struct err *err)
{
	if (code == CURLE_OK)
		return true;
	for (size_t i = 0; i < array_length(meanings); i++)
		if (meanings[i].code == code)
			return fail(err, meanings[i].fault, "%s (%s)",
			    meanings[i].what, more_of(remote, code));
	return fail(err, FAULT_IO, "%s", curl_easy_strerror(code));
}

bool remote_perform(struct remote *remote, struct err *err)
{
	return remote_outcome(remote, curl_easy_perform(remote->curl), err);
}
