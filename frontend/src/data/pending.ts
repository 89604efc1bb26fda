import type { components } from "./schema";

/** Paths of the API's contract that its OpenAPI document does not describe yet. */
// biome-ignore lint/complexity/noBannedTypes: empty once the document has them all
export type PendingPaths = {};

export type Schemas = components["schemas"];
