/** Where the server side finds the API: `API_URL`, read at run time so that one build serves anywhere. */
export function apiAddress(): URL {
  return new URL(process.env.API_URL ?? "http://127.0.0.1:8000");
}
