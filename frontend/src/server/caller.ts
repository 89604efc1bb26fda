import { headers } from "next/headers";
import { createApi } from "@/data/api";
import type { Session } from "@/session/session";
import { credentials, sessionOf } from "../../server/session.mjs";
import { apiAddress } from "./api-address";

/** The API for server components, as the person whose request this is. */
export async function serverApi() {
  const from = (await headers()).get("x-forwarded-for");
  return createApi(apiAddress().origin, {
    ...credentials(await wholeSession()),
    ...(from && { "x-forwarded-for": from }),
  });
}

/** Who is signed in, without the secrets; null is a visitor. */
export async function currentSession(): Promise<Session | null> {
  const session = await wholeSession();
  return session && { name: session.name, scopes: session.scopes };
}

async function wholeSession() {
  return sessionOf(Object.fromEntries(await headers()));
}
