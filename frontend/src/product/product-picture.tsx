"use client";

import { useEffect, useRef, useState } from "react";
import { Tile } from "@/catalogue/tile";

interface Props {
  url: string | null;
  category: string;
  name: string;
}

/** The product's picture; where there is none, or it does not load, its category's drawing. */
export function ProductPicture({ url, category, name }: Props) {
  const image = useRef<HTMLImageElement>(null);
  const [failed, setFailed] = useState(false);
  useEffect(() => {
    // It may have failed before this ran.
    if (image.current?.complete && image.current.naturalWidth === 0) setFailed(true);
  }, []);
  if (!url?.startsWith("/") || failed) return <Tile category={category} className="product-picture" />;
  return (
    // biome-ignore lint/performance/noImgElement: pictures come as they are, without an optimiser in between
    <img
      ref={image}
      src={url}
      alt={name}
      width={480}
      height={480}
      fetchPriority="high"
      className="product-picture"
      onError={() => setFailed(true)}
    />
  );
}
