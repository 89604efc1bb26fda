import { memo } from "react";

/** One stroke drawing per root of the category tree and its better-known branches; 24 by 24 units. */
const DRAWINGS: Record<string, string> = {
  audio: "M5 14v-2a7 7 0 0 1 14 0v2M5 14h3v5H6a1 1 0 0 1-1-1zm14 0h-3v5h2a1 1 0 0 0 1-1z",
  bags: "M6 8h12l1 12H5zM9 8V6a3 3 0 0 1 6 0v2",
  cameras: "M4 8h4l2-2h4l2 2h4v11H4zM12 10.5a3 3 0 1 0 .01 0",
  camping: "M12 5 3 19h18zM12 12l-4 7m4-7 4 7",
  clothing: "M9 4 4 7l2 4 2-1v10h8V10l2 1 2-4-5-3a3 3 0 0 1-6 0",
  computers: "M5 6h14v9H5zM3 18h18",
  cycling: "M6.5 13a3.5 3.5 0 1 0 .01 0M17.5 13a3.5 3.5 0 1 0 .01 0M6.5 16.5 10 9h5l2.5 7.5M9 7h2",
  electronics: "M8 8h8v8H8zM10 4v4m4-4v4m-4 8v4m4-4v4M4 10h4m-4 4h4m8-4h4m-4 4h4",
  furniture: "M6 11V6h12v5M4 11h3v4h10v-4h3v7H4z",
  garden: "M12 20v-9m0 0c0-4 3-6 7-6 0 4-3 6-7 6m0 3c0-3-2-5-6-5 0 3 2 5 6 5",
  home: "M4 12 12 5l8 7M7 10v9h10v-9",
  kitchen: "M5 11h12v5a3 3 0 0 1-3 3H8a3 3 0 0 1-3-3zM17 12h4M8 8V6m4 2V5",
  running: "M4 15l3-6 4 3h4l5 4v2H4zM11 12l2-2",
  shoes: "M4 9v8h16c0-3-3-4-5-4.5L11 9c-2 2-5 1-7 0",
  sports: "M12 4a8 8 0 1 0 .01 0M6.5 6.5C11 9 11 15 6.5 17.5m11-11C13 9 13 15 17.5 17.5",
};
const BOX = "M4 8l8-4 8 4v9l-8 4-8-4zM4 8l8 4 8-4M12 12v9";

/** A category's hue, spread over the wheel by its name. */
export function hue(category: string): number {
  let sum = 7;
  for (const letter of category) sum = (sum * 31 + letter.charCodeAt(0)) % 360;
  return sum;
}

/** A product's picture in small: its category's drawing on its category's colour. It needs no request. */
export const Tile = memo(function Tile({
  category,
  className = "",
}: {
  category: string;
  className?: string;
}) {
  return (
    <svg
      aria-hidden
      viewBox="0 0 24 24"
      className={`tile ${className}`}
      style={{ "--hue": hue(category) } as React.CSSProperties}
    >
      <path d={drawing(category)} />
    </svg>
  );
});

const ORDER = [...Object.values(DRAWINGS), BOX];

/** All drawings, one under the other, twice as far apart as they are high; as wide as a row's picture in CSS pixels. */
const SPRITE = { width: 32, height: 64 * ORDER.length };
const sprite = `<svg xmlns='http://www.w3.org/2000/svg' width='${SPRITE.width}' height='${SPRITE.height}' viewBox='-5.45 -5.45 34.9 ${ORDER.length * 69.8}' fill='none' stroke='#808080' stroke-width='1.5' stroke-linecap='round' stroke-linejoin='round'>${ORDER.map((path, index) => `<path transform='translate(0 ${Math.round(index * 698) / 10})' d='${path}'/>`).join("")}</svg>`;

export const TILES = { ...SPRITE, url: `data:image/svg+xml,${sprite.replaceAll("#", "%23")}` };

/**
 * A row's picture, inside an element whose `--tiles` is the image of all of them. What differs from row to row is
 * written out, on an element without others in it: a browser works out anew the style of whatever is inside one whose
 * variables change.
 */
export function pictureStyle(category: string): React.CSSProperties {
  const place = (200 * ORDER.indexOf(drawing(category))) / (2 * ORDER.length - 1);
  return {
    backgroundColor: `hsl(${hue(category)} 45% 50% / 0.22)`,
    backgroundPosition: `0 ${place.toFixed(3)}%`,
  };
}

export function drawing(category: string): string {
  return DRAWINGS[category] ?? BOX;
}
