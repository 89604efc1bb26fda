/** Who is signed in and what they may do; the secrets stay in the page's server. */
export interface Session {
  /** As the API calls the caller: `user:ann`, `key:ab12cd34`. */
  name: string;
  scopes: readonly string[];
}

export type Scope =
  | "catalogue:write"
  | "orders:read"
  | "orders:write"
  | "documents:read"
  | "imports:write"
  | "audit:read";

export function mayDo(session: Session | null, scope: Scope): boolean {
  return session?.scopes.includes(scope) === true;
}

/** The caller's name as people would say it. */
export function callerName({ name }: Session): string {
  const [kind, rest = ""] = name.split(/:(.*)/s);
  if (kind === "key") return rest === "admin" ? "Administrator’s key" : `Key ${rest}`;
  return rest || name;
}
