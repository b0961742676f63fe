/**
 * The default configuration. This text is the documentation and the defaults at once: it is parsed like any other
 * file, and a configuration file only says what differs. `callhook serve --print-config` shows it.
 */
export const DEFAULT_CONFIG = `# Callhook's configuration: every setting with its default. Say only what you want otherwise.
# Environment variables win over the file: CALLHOOK_DATABASE, CALLHOOK_LOG_LEVEL, CALLHOOK_API_PORT … (the key in
# capitals; lists separated by commas).

# Where everything is kept. A file for the embedded database, made when it is not there.
# Or a PostgreSQL (14 or newer) that several nodes share: "postgres://user:password@host:5432/callhook". With standbys,
# name all hosts with commas between them, "…@a:5432,b:5432/callhook": the one that takes changes is used. \`?sslmode=…\`
# means what PostgreSQL's documentation says; \`verify-full\` is the one to use over a network. Connect directly, not through
# a pooler that hands out connections per transaction. CALLHOOK_DATABASE keeps the password out of this file.
database = "callhook.db"

# The installation's key: 32 random bytes in base64. Made when it is not there. It encrypts the secrets in the
# database and makes the call_ids, so back it up together with the database. The variable CALLHOOK_KEY can hold the
# key itself instead.
key_file = "callhook.key"

# debug, info, warn or error. One JSON line each on standard error; never a phone number or a secret.
log_level = "info"

# Where it listens: the API, where sources of kind http post their events, and the health page
# http://127.0.0.1:8480/health/live and /health/ready. In clear: for other machines give it a certificate, below, or put TLS
# in front of it. Port 0 takes any free one.
api_host = "127.0.0.1"
api_port = 8480

# TLS (1.2 or newer) on that port: PEM files, as certbot makes them, e.g. "/etc/letsencrypt/live/callhook.example.org/fullchain.pem"
# and "…/privkey.pem": the server's certificate first, then those between it and its authority; the key without a passphrase.
# New ones are seen within seconds, without a restart. Empty: no TLS.
api_tls_certificate_file = ""
api_tls_key_file = ""

# Where people and their browsers reach the API and the portal, e.g. "https://callhook.example.org", without a path:
# links in invitations begin with it, and with https:// sessions travel over TLS only. Empty: where it listens.
public_url = ""

# Proxies in front of it: addresses or ranges whose X-Forwarded-For is believed, e.g. ["127.0.0.1", "10.0.0.0/8"]. Without
# them everybody behind a proxy counts as one address when tries to log in are counted.
trusted_proxies = []

# Endpoints on private, loopback and other special addresses are refused, so that nobody can make Callhook knock on
# doors inside your network. List the ranges and host names that may be reached nevertheless, e.g.
# ["10.20.0.0/16", "crm.example.com", "*.internal.example.com"]; a name is trusted wherever it resolves to.
allowed_addresses = []

# Endpoints may have port 443 or any from 1024 up, where no mail or login service is. List other ones here, e.g. [444].
allowed_ports = []

# Certificate authorities (PEM files) that endpoints may use beside the well-known ones.
trusted_certificate_files = []

# One attempt: to connect, and in total.
connect_timeout_seconds = 5
attempt_timeout_seconds = 15

# Attempts at once: in total, and to one endpoint.
max_attempts_at_once = 256
max_attempts_per_endpoint = 32

# Live streams of the API that are open at once, on each node: in total (up to 3000), and of one account or API key. Each page of the
# portal that shows calls as they happen has one open.
max_streams_at_once = 500
max_streams_per_account = 10

# A receiver that fails so many times in a row is paused: only one message at a time goes out to see whether it is
# back, after the first wait, then after waits twice as long each, up to the longest. Then the rest follows in order,
# ever faster. One that fails for so many days is disabled; its messages are kept until \`callhook enable\`.
pause_after_failures = 10
first_probe_after_seconds = 5
longest_probe_wait_seconds = 300
disable_after_days = 5

# Messages that are delivered, expired or dead letters are deleted with their attempts after so many days.
keep_days = 30

# Why a call was not reported, and which devices nobody knows, is remembered for so many days, with only what may leave.
# 0: not at all.
keep_trail_days = 7

# Who changed what (the audit log) is kept for so many days. 0: for ever.
keep_audit_days = 730

# When a phone system stays away this long, its open calls are ended: a call must never stay open for ever.
end_calls_after_minutes_lost = 240

# Several nodes on one PostgreSQL: a phone system is read by one of them, which renews its claim in time. After so many
# seconds without a sign of life another node takes over.
source_lease_seconds = 10

# Connections to PostgreSQL; one more is used to be woken. The embedded database has one.
database_connections = 10

# At a stop, attempts under way may take this long.
shutdown_grace_seconds = 5

# Notices to you when an endpoint is paused, will be disabled, is disabled or is back. By mail: your mail server,
# "smtps://user:password@mail.example.org", or smtp:// for STARTTLS (port 587). Write special characters of the
# password as in any address (@ is %40). It holds a secret: better give it as CALLHOOK_SMTP_URL. Empty: no mail.
smtp_url = ""

# The mail's sender, and who gets it, e.g. "callhook@example.org" and ["operations@example.org"].
mail_from = ""
mail_to = []

# The same notices as signed POSTs (Standard Webhooks) to an https:// address of yours. Private addresses need
# allowed_addresses, as with endpoints. The secret is whsec_ and base64 of 24 to 64 bytes; better give it as
# CALLHOOK_OPERATOR_WEBHOOK_SECRET. Empty: none. The body is described in docs/OPERATIONS.md.
operator_webhook_url = ""
operator_webhook_secret = ""

# Traces of messages go to this OpenTelemetry collector (OTLP over HTTP), e.g. "http://127.0.0.1:4318". Without a
# path, /v1/traces is meant. Empty: none, and no tracing code is loaded.
otlp_url = ""
`;
