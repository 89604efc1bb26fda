import { createLoader } from "nuqs/server";
import { parsers } from "./url-state";

/** Reads an address on the server. */
export const loadState = createLoader(parsers);
