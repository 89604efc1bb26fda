import { ADMIN_KEY, expect, test } from "./page";

test("another site can neither sign anybody in nor act for who is signed in", async ({ context, plain }) => {
  const data = { key: ADMIN_KEY };
  for (const site of ["cross-site", "same-site", "none"]) {
    const answer = await plain.post("/session", { data, headers: { "sec-fetch-site": site } });
    expect([site, answer.status()]).toEqual([site, 403]);
  }
  expect(
    (await plain.post("/session", { data, headers: { origin: "https://elsewhere.example" } })).status(),
  ).toBe(403);
  await context.request.post("/session", { data });
  const [kept] = await context.cookies();
  const cookie = `${kept?.name}=${kept?.value}`;
  const status = async (headers: Record<string, string>) =>
    (await plain.get("/api/v1/orders?limit=1", { headers: { cookie, ...headers } })).status();
  expect(await status({ "sec-fetch-site": "same-origin" })).toBe(200);
  expect(await status({ "sec-fetch-site": "cross-site", "sec-fetch-mode": "cors" })).toBe(401);
  expect(await status({ "sec-fetch-site": "same-site", "sec-fetch-mode": "no-cors" })).toBe(401);
});

test("over plain HTTP nobody signs in from afar, and over HTTPS the cookie stays with it", async ({
  plain,
}) => {
  const data = { key: ADMIN_KEY };
  const refused = await plain.post("/session", { data, headers: { host: "shop.example" } });
  expect([refused.status(), (await refused.json()).detail]).toEqual([403, expect.stringContaining("HTTPS")]);
  const taken = await plain.post("/session", {
    data,
    headers: { host: "shop.example", "x-forwarded-proto": "https" },
  });
  expect(taken.headers()["set-cookie"]).toMatch(
    /^__Host-catalogue_session=.*; HttpOnly; SameSite=Lax; Secure$/,
  );
});
