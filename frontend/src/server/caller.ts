import { cookies } from "next/headers";
import { createApi } from "@/data/api";
import { SESSION_COOKIE } from "../../server/session.mjs";
import { apiAddress } from "./api-address";

/** The API for server components, as the person whose request this is. */
export async function serverApi() {
  const key = (await cookies()).get(SESSION_COOKIE)?.value;
  return createApi(apiAddress().origin, key ? { "x-api-key": key } : {});
}

export async function isSignedIn(): Promise<boolean> {
  return (await cookies()).has(SESSION_COOKIE);
}
