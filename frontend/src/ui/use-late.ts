"use client";

import { useEffect, useState } from "react";

/** Nobody sees that something is out of date for so short a time, and showing it draws all of it twice. */
const LATE_MS = 100;

/** True when `on` has been so for a while; false at once when it no longer is. */
export function useLate(on: boolean): boolean {
  const [isLate, setLate] = useState(false);
  useEffect(() => {
    if (!on) return;
    const timer = setTimeout(() => setLate(true), LATE_MS);
    return () => {
      clearTimeout(timer);
      setLate(false);
    };
  }, [on]);
  return on && isLate;
}
