"use client";

import { startTransition, useEffect, useState } from "react";
import { whenIdle } from "@/ui/when-idle";
import { TILES } from "./tile";

/** Pixels for each of the page's, at least: what is made larger is not blurred at once. */
const LEAST_SCALE = 2;

/** Kept, so that the browser has the image at hand whenever its address is used. */
let painted: HTMLImageElement | null = null;

/**
 * The style of an element whose rows show a drawing each, where that is `wanted`. At first they are an SVG, which comes
 * with the page; in a moment of rest it is painted once, because a browser goes through a whole document whenever a row
 * shows an SVG.
 */
export function useTiles(wanted: boolean): React.CSSProperties | undefined {
  const [url, setUrl] = useState(() => painted?.src ?? TILES.url);
  useEffect(() => {
    if (!wanted) return;
    let left = false;
    const show = () => {
      if (!left && painted) setUrl(painted.src);
    };
    const giveUp = whenIdle(async () => {
      painted ??= await paint();
      startTransition(show);
    });
    return () => {
      left = true;
      giveUp();
    };
  }, [wanted]);
  if (!wanted) return undefined;
  return { "--tiles": `url("${url}")` } as React.CSSProperties;
}

/** The drawings in pixels; null where the browser will not paint them. */
async function paint(): Promise<HTMLImageElement | null> {
  const scale = Math.max(LEAST_SCALE, Math.ceil(devicePixelRatio));
  const canvas = document.createElement("canvas");
  canvas.width = TILES.width * scale;
  canvas.height = TILES.height * scale;
  const drawings = await loaded(TILES.url);
  if (!drawings) return null;
  canvas.getContext("2d")?.drawImage(drawings, 0, 0, canvas.width, canvas.height);
  const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done));
  return blob && loaded(URL.createObjectURL(blob));
}

async function loaded(url: string): Promise<HTMLImageElement | null> {
  const image = new Image();
  image.src = url;
  return image.decode().then(
    () => image,
    () => null,
  );
}
