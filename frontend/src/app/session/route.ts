import { cookies } from "next/headers";
import { apiAddress } from "@/server/api-address";
import { isKey, SESSION_COOKIE } from "../../../server/session.mjs";

const DAY_SECONDS = 86_400;

/** Sign in: keep a key that the API accepts in a cookie that scripts cannot read. */
export async function POST(request: Request): Promise<Response> {
  if (!isSameOrigin(request)) return refusal(403, "This must come from the page itself.");
  const body = (await request.json().catch(() => null)) as { key?: unknown } | null;
  if (!isKey(body?.key)) return refusal(422, "That is not an API key: paste it whole, without spaces.");
  const answer = await fetch(new URL("/api/v1/orders?limit=1&count=none", apiAddress()), {
    headers: { "x-api-key": body.key },
    cache: "no-store",
  }).catch(() => null);
  if (!answer) return refusal(503, "The API does not answer: try again in a moment.");
  if (answer.status === 401) return refusal(401, "The API does not know this key, or it has expired.");
  const store = await cookies();
  store.set(SESSION_COOKIE, body.key, {
    httpOnly: true,
    sameSite: "strict",
    secure: new URL(request.url).protocol === "https:",
    path: "/",
    maxAge: DAY_SECONDS,
  });
  return new Response(null, { status: 204 });
}

/** Sign out. */
export async function DELETE(request: Request): Promise<Response> {
  if (!isSameOrigin(request)) return refusal(403, "This must come from the page itself.");
  (await cookies()).delete(SESSION_COOKIE);
  return new Response(null, { status: 204 });
}

function isSameOrigin(request: Request): boolean {
  const site = request.headers.get("sec-fetch-site");
  return site === null || site === "same-origin";
}

function refusal(status: number, detail: string): Response {
  return Response.json({ status, detail }, { status });
}
