import { drawing, hue } from "@/catalogue/tile";

const YEAR_SECONDS = 31_536_000;

/** A picture for products without a photograph: their category's drawing, on a colour and at an angle of their own. */
export async function GET(
  _request: Request,
  { params }: { params: Promise<{ category: string; name: string }> },
) {
  const { category, name } = await params;
  if (!/^[a-z0-9-]{1,100}$/.test(category)) return new Response("No such picture.", { status: 404 });
  return new Response(picture(category, Number.parseInt(name, 10) || 0), {
    headers: {
      "content-type": "image/svg+xml",
      "cache-control": `public, max-age=${YEAR_SECONDS}, immutable`,
      "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
      "x-content-type-options": "nosniff",
    },
  });
}

function picture(category: string, number: number): string {
  const base = hue(category);
  const turn = ((number * 37) % 15) - 7;
  const side = 120 + ((number * 53) % 240);
  const path = drawing(category);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 480 480" width="480" height="480">
<rect width="480" height="480" fill="hsl(${base} 28% 90%)"/>
<circle cx="${side}" cy="${480 - side / 2}" r="190" fill="hsl(${base} 34% 84%)"/>
<circle cx="${480 - side / 2}" cy="${side}" r="120" fill="hsl(${(base + 24) % 360} 40% 87%)"/>
<g transform="rotate(${turn} 240 240) translate(84 84) scale(13)" fill="none" stroke-linecap="round" stroke-linejoin="round">
<path d="${path}" stroke="hsl(${base} 45% 98%)" stroke-width="3.2"/>
<path d="${path}" stroke="hsl(${base} 48% 26%)" stroke-width=".75"/></g></svg>`;
}
