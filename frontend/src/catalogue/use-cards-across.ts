"use client";

import { type RefObject, useLayoutEffect, useState } from "react";
import { usePhone } from "@/ui/phone";

const CARD_WIDTH = 208;

/** How many cards fit beside each other in `element`. */
export function useCardsAcross(element: RefObject<HTMLElement | null>, enabled: boolean): number {
  const [across, setAcross] = useState(usePhone() ? 2 : 5);
  useLayoutEffect(() => {
    if (!enabled || !element.current) return;
    const measure = ([entry]: ResizeObserverEntry[]) =>
      setAcross(
        Math.max(2, Math.floor(((entry as ResizeObserverEntry).contentRect.width - 16) / CARD_WIDTH)),
      );
    const observer = new ResizeObserver(measure);
    observer.observe(element.current);
    return () => observer.disconnect();
  }, [element, enabled]);
  return across;
}
