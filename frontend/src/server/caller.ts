import { headers } from "next/headers";
import { type Api, createApi } from "@/data/api";
import type { Session } from "@/session/session";
import { credentials, sessionOf } from "../../server/session.mjs";
import { apiAddress } from "./api-address";

type Get = (path: string, init: object) => Promise<{ response: Response }>;

/**
 * The API for server components, as the person whose request this is. Where that session is over, what everybody may
 * read is read as anybody.
 */
export async function serverApi(): Promise<Api> {
  const from = (await headers()).get("x-forwarded-for");
  const own: Record<string, string> = from ? { "x-forwarded-for": from } : {};
  const anybody = createApi(apiAddress().origin, own);
  const shown = credentials(await wholeSession());
  if (Object.keys(shown).length === 0) return anybody;
  const caller = createApi(apiAddress().origin, { ...own, ...shown });
  const read: Get = async (path, init) => {
    const answer = await (caller.GET as unknown as Get)(path, init);
    return answer.response.status === 401 ? (anybody.GET as unknown as Get)(path, init) : answer;
  };
  return { GET: read as unknown as Api["GET"] };
}

/** Who is signed in, without the secrets; null is a visitor. */
export async function currentSession(): Promise<Session | null> {
  const session = await wholeSession();
  return session && { name: session.name, scopes: session.scopes };
}

/** Whether the browser that asks calls itself a phone's. */
export async function isPhone(): Promise<boolean> {
  return /Mobi/.test((await headers()).get("user-agent") ?? "");
}

async function wholeSession() {
  return sessionOf(Object.fromEntries(await headers()));
}
