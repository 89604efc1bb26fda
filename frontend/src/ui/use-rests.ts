"use client";

import { useEffect, useState } from "react";

/** Between two letters of somebody who types it is shorter. */
const REST_MS = 250;

/** False from a change of `value` until it has stayed the same for a while. */
export function useRests(value: string): boolean {
  const [rested, setRested] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setRested(value), REST_MS);
    return () => clearTimeout(timer);
  }, [value]);
  return rested === value;
}
