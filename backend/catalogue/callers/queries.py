"""SQL of the callers: looking them up for requests, and keeping keys, users and logins."""

from sqlalchemy import text

from catalogue.db.statements import compile_statement

KEY_OF_DIGEST = compile_statement(
    text("""
    SELECT id, prefix, scopes FROM api_keys
    WHERE digest = :digest AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now())
    """)
)
USER_OF_LOGIN = compile_statement(
    text("""
    SELECT users.name, users.role FROM logins JOIN users ON users.id = logins.user_id
    WHERE logins.id = :login_id AND logins.user_id = :user_id
      AND logins.revoked_at IS NULL AND logins.expires_at > now() AND users.disabled_at IS NULL
    """)
)
USER_OF_NAME = compile_statement(
    text("SELECT id, name, role, password_hash FROM users WHERE name = :name AND disabled_at IS NULL")
)

KEYS_USED = text("""
    UPDATE api_keys SET last_used_at = now() WHERE id = ANY(CAST(:ids AS bigint[]))
""")
OPEN_LOGIN = text("""
    INSERT INTO logins (user_id, expires_at) VALUES (:user_id, now() + make_interval(secs => :seconds))
    RETURNING id
""")
KEEP_REFRESH_TOKEN = text("INSERT INTO refresh_tokens (digest, login_id) VALUES (:digest, :login_id)")
USE_REFRESH_TOKEN = text("""
    UPDATE refresh_tokens SET used_at = now() WHERE digest = :digest AND used_at IS NULL RETURNING login_id
""")
LOGIN_OF_REFRESH_TOKEN = text("SELECT login_id FROM refresh_tokens WHERE digest = :digest")
OPEN_LOGIN_OF_ID = text("""
    SELECT users.id, users.name, users.role FROM logins JOIN users ON users.id = logins.user_id
    WHERE logins.id = :login_id AND logins.revoked_at IS NULL AND logins.expires_at > now()
      AND users.disabled_at IS NULL
""")
CLOSE_LOGIN = text("UPDATE logins SET revoked_at = now() WHERE id = :login_id AND revoked_at IS NULL")
CLOSE_LOGINS_OF_USER = text("""
    UPDATE logins SET revoked_at = now() WHERE user_id = :user_id AND revoked_at IS NULL
""")
PRUNE_LOGINS = text("DELETE FROM logins WHERE expires_at < now() - interval '1 day'")

ADD_KEY = text("""
    INSERT INTO api_keys (prefix, digest, name, scopes, expires_at)
    VALUES (:prefix, :digest, :name, :scopes, now() + make_interval(days => :days))
""")
ALL_KEYS = text("""
    SELECT prefix, name, scopes, created_at, expires_at, last_used_at, revoked_at FROM api_keys ORDER BY id
""")
REVOKE_KEY = text("""
    UPDATE api_keys SET revoked_at = coalesce(revoked_at, now()) WHERE prefix = :prefix RETURNING id
""")
ADD_USER = text("""
    INSERT INTO users (name, password_hash, role) VALUES (:name, :password_hash, :role)
    ON CONFLICT (name) DO NOTHING RETURNING id
""")
ALL_USERS = text("SELECT name, role, created_at, disabled_at FROM users ORDER BY name")
DISABLE_USER = text("""
    UPDATE users SET disabled_at = coalesce(disabled_at, now()) WHERE name = :name RETURNING id
""")
CHANGE_PASSWORD = text("UPDATE users SET password_hash = :password_hash WHERE name = :name RETURNING id")
CHANGE_ROLE = text("UPDATE users SET role = :role WHERE name = :name RETURNING id")
