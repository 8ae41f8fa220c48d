#!/bin/sh
# OAuth 2 as a publisher meets it: credentials, tokens, keys, and how they end.
set -u
. "$HOMEROOM_TEST_SOURCE/tests/check.sh"
. "$HOMEROOM_TEST_SOURCE/tests/support/serve.sh"

scopes=https://purl.imsglobal.org/spec/or
form='grant_type=client_credentials'
begin=1700000000
export HOMEROOM_CLOCK=$begin

member() { # NAME: of the JSON object in ./body; its value has no quotes in it
	sed -n "s/.*\"$1\":\"\{0,1\}\([^\",}]*\).*/\1/p" body
}

part() { # TOKEN N: decoded
	digits=$(echo "$1" | cut -d. -f"$2" | tr -- '-_' '+/')
	while [ $((${#digits} % 4)) != 0 ]; do digits="$digits="; done
	echo "$digits" | openssl base64 -d -A
}

encoded() { openssl base64 -A | tr -- '+/' '-_' | tr -d '='; }

token() { # a good one, for $id and $secret
	ask -u "$id:$secret" -d "$form" "$base/oauth/token"
	member access_token
}

pull() { # TOKEN [PATH]
	ask -H "Authorization: Bearer $1" \
		"$base${2:-/ims/oneroster/v1p1/orgs}"
}

same() { # NAME A B
	if [ "$2" = "$3" ]; then ok "$1"; else not_ok "$1" "$2 is not $3"; fi
}

serve
application Reader --full
reader=$id reader_secret=$secret
application Old --full --scope "$scopes/v1p1/scope/roster-core.readonly"
old=$id old_secret=$secret

# --- getting one ------------------------------------------------------------

id=$reader secret=$reader_secret
ask -u "$id:$secret" -d "$form" "$base/oauth/token"
answers '100 HTTP Basic' 200 '^\{"access_token":"[-_A-Za-z0-9.]+","token_type":"bearer","expires_in":3600,"scope":"[^"]+"\}$'
headed '100 is not stored' '^cache-control: no-store$'
headed '100 nor by the old' '^pragma: no-cache$'
headed '100 is JSON' '^content-type: application/json'
ask -d "$form&client_id=$id&client_secret=$secret" "$base/oauth/token"
answers '101 in the body' 200 '"access_token"'
ask -u "$id:$secret" -d "$form&client_id=$id" "$base/oauth/token"
answers '102 Basic, and the id again in the body' 200 '"access_token"'
ask -u "$id:$secret" -d "$form&scope=$scopes/v1p2/scope/roster.readonly+$scopes/v1p2/scope/roster-core.readonly" "$base/oauth/token"
answers '103 all scopes that were asked for' 200 "\"scope\":\"$scopes/v1p2/scope/roster-core.readonly $scopes/v1p2/scope/roster.readonly\""
ask -u "$id:$secret" -d "$form&scope=openid+$scopes/v1p1/scope/roster.readonly" "$base/oauth/token"
answers '104 an unknown scope is dropped' 200 "\"scope\":\"$scopes/v1p1/scope/roster.readonly\""
ask -u "$id:$secret" -d "$form&scope=" "$base/oauth/token"
answers '105 an empty scope is none' 200 'v1p2/scope/roster.readonly'
ask -u "$old:$old_secret" -d "$form&scope=$scopes/v1p2/scope/roster.readonly+$scopes/v1p1/scope/roster-core.readonly" "$base/oauth/token"
answers '106 a scope that the grant lacks is dropped' 200 "\"scope\":\"$scopes/v1p1/scope/roster-core.readonly\""
ask -u "$id:$secret" -H 'Content-Type: application/x-www-form-urlencoded; charset=UTF-8' -d "$form" "$base/oauth/token"
answers '107 a charset is fine' 200

# --- not getting one --------------------------------------------------------

ask -u "$old:$old_secret" -d "$form&scope=$scopes/v1p2/scope/roster.readonly" "$base/oauth/token"
answers '110 no scope is left' 400 '^\{"error":"invalid_scope"'
ask -u "$id:$secret" -d 'scope=x' "$base/oauth/token"
answers '111 no grant_type' 400 '^\{"error":"invalid_request"'
ask -u "$id:$secret" -d 'grant_type=password' "$base/oauth/token"
answers '112 another grant_type' 400 '^\{"error":"unsupported_grant_type"'
ask -u "$id:$secret" -d "$form&$form" "$base/oauth/token"
answers '113 a parameter twice' 400 '^\{"error":"invalid_request"'
ask -u "$id:$secret" -d "$form&client_id=$id&client_secret=$secret" "$base/oauth/token"
answers '114 credentials twice' 400 '^\{"error":"invalid_request"'
ask -u "$id:$secret" -d "$form&client_id=$old" "$base/oauth/token"
answers '115 two clients' 400 '^\{"error":"invalid_request"'
ask -u "$id:${secret}x" -d "$form" "$base/oauth/token"
answers '116 a wrong secret' 401 '^\{"error":"invalid_client"'
headed '116 says how' '^www-authenticate: Basic realm='
headed '116 is not stored' '^cache-control: no-store$'
cp body wrong
ask -u "hr-0000000000000000:$secret" -d "$form" "$base/oauth/token"
answers '117 an unknown client' 401 '^\{"error":"invalid_client"'
if cmp -s body wrong; then ok '117 looks the same'; else
	not_ok '117 looks the same' 'it can be told from a wrong secret'
fi
ask -d "$form" "$base/oauth/token"
answers '118 no credentials' 401 '^\{"error":"invalid_client"'
ask -d "$form&client_id=$id" "$base/oauth/token"
answers '119 half of the credentials' 401 '^\{"error":"invalid_client"'
ask -H 'Authorization: Bearer x' -d "$form" "$base/oauth/token"
answers '120 another scheme' 401 '^\{"error":"invalid_client"'
ask -H 'Authorization: Basic !!!' -d "$form" "$base/oauth/token"
answers '121 no Basic' 401 '^\{"error":"invalid_client"'
ask -u "$id:$secret" -H 'Content-Type: application/json' -d '{"grant_type":"client_credentials"}' "$base/oauth/token"
answers '122 JSON' 415 '^\{"error":"invalid_request"'
ask -u "$id:$secret" -H 'Content-Type: multipart/form-data; boundary=x' -d "$form" "$base/oauth/token"
answers '123 multipart' 415 '^\{"error":"invalid_request"'
ask -u "$id:$secret" "$base/oauth/token?$form"
answers '124 GET' 405
headed '124 says what goes' '^allow:.*POST'
ask -u "$id:$secret" -d "$form&scope=%00" "$base/oauth/token"
answers '125 a NUL' 400 '^\{"error":"invalid_request"'
ask -u "' or true --:x" -d "$form" "$base/oauth/token"
answers '126 SQL' 401 '^\{"error":"invalid_client"'

# --- what describes it ------------------------------------------------------

ask "$base/.well-known/oauth-authorization-server"
answers '130 metadata' 200 "\"issuer\":\"$base\",\"token_endpoint\":\"$base/oauth/token\",\"jwks_uri\":\"$base/oauth/jwks\""
answers '130 knows every scope' 200 "$scopes/v1p2/scope/assessment.delete"
ask "$base/oauth/jwks"
answers '131 keys' 200 '^\{"keys":\[\{'
answers '131 of P-256' 200 '"crv": ?"P-256"'
if grep -q '"d"' body; then not_ok '131 and no private ones' 'there is a d'; else
	ok '131 and no private ones'
fi
first_keys=$(cat body)

# --- using one --------------------------------------------------------------

good=$(token)
pull "$good"
answers '140 a good token' 200 '"orgs"'
ask -H "authorization: bEARER $good" "$base/ims/oneroster/v1p1/orgs"
answers '141 the scheme in any case' 200 '"orgs"'
ask "$base/ims/oneroster/v1p1/orgs"
answers '142 none' 401 'imsx_'
headed '142 is told the scheme alone' '^www-authenticate: Bearer realm="homeroom"$'
pull 'nonsense'
answers '143 nonsense' 401 'imsx_'
headed '143 is told what is wrong' '^www-authenticate: Bearer .*error="invalid_token"'
ask "$base/ims/oneroster/v1p1/orgs?access_token=$good"
answers '144 in the query' 401
ask -u "$id:$secret" "$base/ims/oneroster/v1p1/orgs"
answers '145 the secret itself' 401
id=$old secret=$old_secret
narrow=$(token)
pull "$narrow" /ims/oneroster/v1p1/orgs
answers '146 within its scopes' 200
pull "$narrow" /ims/oneroster/rostering/v1p2/orgs
answers '147 another version' 403 'imsx_'
headed '147 says what is missing' '^www-authenticate: Bearer .*error="insufficient_scope"'
pull "$narrow" /ims/oneroster/v1p1/demographics
answers '148 demographics' 403

# --- forging one ------------------------------------------------------------

payload=$(echo "$good" | cut -d. -f2)
signature=$(echo "$good" | cut -d. -f3)
kid=$(part "$good" 1 | sed 's/.*"kid":"\([^"]*\).*/\1/')
none=$(printf '{"alg":"none","typ":"JWT"}' | encoded)
none_kid=$(printf '{"alg":"none","typ":"JWT","kid":"%s"}' "$kid" | encoded)
hmac=$(printf '{"alg":"HS256","typ":"JWT","kid":"%s"}' "$kid" | encoded)
for forged in "$none.$payload." "$none.$payload" "$none_kid.$payload." \
	"$none.$payload.$signature" "$good=" "$good==" "$good!!" "${good}AA" \
	"$good.$signature" "${good%?}" ".$payload.$signature" \
	"$(printf '{"alg":"ES256","kid":"nobody"}' | encoded).$payload.$signature"
do
	pull "$forged"
	answers "150 forged: $(part "$forged" 1 2>/dev/null | head -c 40) …" 401
done

# The public key as the secret of an HMAC.
coordinate() { sed "s/.*\"$1\": *\"\([^\"]*\).*/\1/" keys | head -n 1; }
echo "$first_keys" >keys
{
	printf '\060\131\060\023\006\007\052\206\110\316\075\002\001\006\010'
	printf '\052\206\110\316\075\003\001\007\003\102\000\004'
	part "$(coordinate x)" 1
	part "$(coordinate y)" 1
} | openssl pkey -pubin -inform DER >public.pem 2>err
secret_hex=$(od -An -tx1 public.pem | tr -d ' \n')
mac=$(printf '%s' "$hmac.$payload" | openssl dgst -sha256 -mac HMAC \
	-macopt "hexkey:$secret_hex" -binary | encoded)
pull "$hmac.$payload.$mac"
answers '151 HS256 with the public key' 401
pull "$good"
answers '152 the good one is still good' 200

# --- ending one -------------------------------------------------------------

id=$old secret=$old_secret
"$HOMEROOM_BINARY" application rotate Old -o csv >made 2>made.err
pull "$narrow"
answers '160 rotated: the token ends at once' 401
ask -u "$old:$old_secret" -d "$form" "$base/oauth/token"
answers '160 and the old secret' 401
secret=$(sed -n '2{s/\r//;p}' made | cut -d, -f3)
new=$(token)
pull "$new"
answers '161 the new secret works' 200
"$HOMEROOM_BINARY" application disable Old 2>err
pull "$new"
answers '162 disabled: the token ends at once' 401
ask -u "$old:$secret" -d "$form" "$base/oauth/token"
answers '162 and the secret' 401 '^\{"error":"invalid_client"'
"$HOMEROOM_BINARY" application enable Old 2>err
pull "$new"
answers '163 enabled: the old token stays ended' 401
newer=$(token)
pull "$newer"
answers '163 a new one works' 200

kept=$secret
"$HOMEROOM_BINARY" application rotate Old --keep 1h -o csv >made 2>made.err
young=$(sed -n '2{s/\r//;p}' made | cut -d, -f3)
pull "$newer"
answers '164 a secret is kept: the token goes on' 200
ask -u "$old:$kept" -d "$form" "$base/oauth/token"
answers '164 and the old secret' 200
ask -u "$old:$young" -d "$form" "$base/oauth/token"
answers '164 beside the new' 200 '"expires_in":3600,'

# --- guessing ---------------------------------------------------------------

for _ in $(seq 25); do
	ask -u 'hr-1234567812345678:x' -d "$form" "$base/oauth/token"
done
answers '170 who guesses must wait' 429 '"error":'
headed '170 and is told how long' '^retry-after: [1-9]'
id=$reader secret=$reader_secret
ask -u "$id:$secret" -d "$form" "$base/oauth/token"
answers '171 others need not' 200

# --- time goes by -----------------------------------------------------------

for credential in "$reader_secret" "$old_secret" "$kept" "$young" "$good"; do
	if grep -qF -- "$credential" serve.log; then
		not_ok '180 the log' 'it tells a secret'
	fi
done
ok '180 the log was read'
serve_stop
same '181 it ends well' $? 0

export HOMEROOM_CLOCK=$((begin + 3500))
serve
pull "$good"
answers '182 after a restart the token is still good' 200
ask -u "$old:$kept" -d "$form" "$base/oauth/token"
answers '184 a token ends with the secret that was kept' 200 '"expires_in":(100|[1-9][0-9]?),'
of_kept=$(member access_token)
ask -u "$old:$young" -d "$form" "$base/oauth/token"
answers '184 and not with the new one' 200 '"expires_in":3600,'
of_new=$(member access_token)
serve_stop
export HOMEROOM_CLOCK=$((begin + 3700))
serve
pull "$good"
answers '183 after an hour it is not' 401
ask -u "$old:$kept" -d "$form" "$base/oauth/token"
answers '185 the secret that was kept has ended' 401 '^\{"error":"invalid_client"'
pull "$of_kept"
answers '185 and its tokens' 401
pull "$of_new"
answers '185 the new one goes on' 200
id=$old secret=$young
of_new=$(token)
"$HOMEROOM_BINARY" application rotate Old --keep 1d -o csv >made 2>made.err
"$HOMEROOM_BINARY" application end-secret Old
ask -u "$old:$young" -d "$form" "$base/oauth/token"
answers '186 ended early' 401
pull "$of_new"
answers '186 with its tokens' 401
secret=$(sed -n '2{s/\r//;p}' made | cut -d, -f3)
ask -u "$old:$secret" -d "$form" "$base/oauth/token"
answers '186 and the newest works' 200
serve_stop

days31=$((begin + 31 * 86400))
export HOMEROOM_CLOCK=$((days31 - 300))
serve
last=$(token)
ask "$base/oauth/jwks"
same '190 the next key is shown before it is used' "$(grep -o '"kid"' body | wc -l)" 2
same '190 while the old one signs' "$(part "$last" 1)" "$(part "$good" 1)"
serve_stop
export HOMEROOM_CLOCK=$((days31 + 300))
serve
pull "$last"
answers '191 its last token is good' 200
next=$(token)
if [ "$(part "$next" 1)" != "$(part "$last" 1)" ]; then
	ok '192 the next key signs'
else
	not_ok '192 the next key signs' 'it is the old one'
fi
pull "$next"
answers '192 and its tokens are good' 200
serve_stop

# --- two at once ------------------------------------------------------------

rm -rf home/key
export HOMEROOM_CLOCK=$begin HOMEROOM_HOME="$PWD/home2"
: >a.log
: >b.log
"$HOMEROOM_BINARY" serve 2>a.log </dev/null &
echo $! >a.pid
"$HOMEROOM_BINARY" serve 2>b.log </dev/null &
echo $! >b.pid
serve_ready a
base_a=$base
serve_ready b
ask "$base_a/oauth/jwks"
keys_a=$(cat body)
ask "$base/oauth/jwks"
same '195 two servers at once have the same key' "$(cat body)" "$keys_a"
same '195 and one of it' "$(grep -o '"kid"' body | wc -l)" 1
application Both --full
both=$(token)
base=$base_a
pull "$both"
answers '196 one takes the token of the other' 200

# --- lent to the district itself ---------------------------------------------

lent=$("$HOMEROOM_BINARY" application token Both --minutes 5)
pull "$lent"
answers '198 a token to look at what an application sees' 200
same '198 for so long' "$(($(part "$lent" 2 | sed 's/.*"exp":\([0-9]*\).*/\1/') - begin >= 300))" 1
"$HOMEROOM_BINARY" audit --settings -o csv >out 2>err
says '198 the audit says who has it' out 'application,Both.*lent'
"$HOMEROOM_BINARY" application disable Both >out 2>err
pull "$lent"
answers '199 it ends with the application' 401
pull "$lent" /ims/oneroster/v1p1/schools/none/classes
answers '199 below a parent, too' 401
exits '199 and is not lent then' 1 "$HOMEROOM_BINARY" application token Both
exits '199 nor for long' 2 "$HOMEROOM_BINARY" application token Both --minutes 61
serve_stop b
serve_stop a
same '197 the second ends well too' $? 0
