/**
 * A native scrollbar over more pixels than a browser can lay out (Chromium stops at 33,554,428).
 *
 * The canvas in the scroller has a limited height. While somebody scrolls by wheel, finger or key, rows
 * move with the canvas pixel by pixel; a larger step (the thumb) maps the canvas to the whole content. When
 * scrolling has stopped, `settle` moves canvas and rows together so that the thumb agrees with the rows again.
 * The scaled canvas with a local offset is the idea of hightable (https://github.com/hyparam/hightable, MIT);
 * the settling, and ends that are not scaled, are our own. All lengths are CSS pixels.
 */
/** A step of the scrollbar longer than this is a jump. */
export const JUMP = 4_000;

/** At both ends this share of the canvas is not scaled, so that the wheel meets the first and last row exactly. */
const UNSCALED_END = 0.03;

export class ScaledScroll {
  private limit = 0;
  private content = 0;
  private viewport = 0;
  private shift = 0;
  private lastTop = 0;

  /** Height of the element inside the scroller. */
  get canvas(): number {
    return Math.min(this.content, this.limit);
  }

  /** The scroller's scrollTop as last seen or written. */
  get top(): number {
    return this.lastTop;
  }

  /** How far below the canvas' top edge a row at `y` of the content belongs: `y - shift`. */
  get rowShift(): number {
    return this.shift;
  }

  /** The content's pixel at the top of the viewport. */
  get position(): number {
    return Math.min(Math.max(this.lastTop + this.shift, 0), this.furthest);
  }

  private get furthest(): number {
    return Math.max(0, this.content - this.viewport);
  }

  private get furthestTop(): number {
    return Math.max(0, this.canvas - this.viewport);
  }

  /** Set the heights, of which the canvas has at most `limit`; the position stays. Returns the scrollTop to write. */
  resize(content: number, viewport: number, limit: number): number {
    const position = this.position;
    this.limit = limit;
    this.content = content;
    this.viewport = viewport;
    return this.moveTo(position);
  }

  /** Take in the scroller's new scrollTop. Returns whether it was a jump. */
  scrolled(top: number): boolean {
    const jumped = Math.abs(top - this.lastTop) > JUMP;
    this.lastTop = top;
    if (jumped) this.shift = Math.round(this.positionFor(top) - top);
    return jumped;
  }

  /** Whether wheel or finger reached the end of the canvas before the end of the content. */
  get isStuck(): boolean {
    const position = this.lastTop + this.shift;
    const atStart = this.lastTop < this.viewport && position - this.lastTop > 1;
    const atEnd = this.lastTop > this.furthestTop - this.viewport;
    return (
      atStart || (atEnd && this.furthest - position - (this.furthestTop - this.lastTop) > 1) || position < 0
    );
  }

  /** Bring thumb and rows together again. Returns the scrollTop to write. */
  settle(): number {
    return this.moveTo(this.position);
  }

  /** Go to a pixel of the content. Returns the scrollTop to write. */
  moveTo(position: number): number {
    const target = Math.min(Math.max(position, 0), this.furthest);
    const top = Math.round(this.topFor(target));
    // A scrollTop between two device pixels stays so: rows must not move by half a pixel.
    this.lastTop = Math.min(top + (target % 1), this.furthestTop);
    this.shift = target - this.lastTop;
    return this.lastTop;
  }

  private get isScaled(): boolean {
    return this.content > this.limit;
  }

  private get end(): number {
    return Math.round(this.limit * UNSCALED_END);
  }

  private get scale(): number {
    return (this.furthest - 2 * this.end) / (this.furthestTop - 2 * this.end);
  }

  private positionFor(top: number): number {
    if (!this.isScaled || top <= this.end) return top;
    const left = this.furthestTop - top;
    if (left <= this.end) return this.furthest - left;
    return this.end + (top - this.end) * this.scale;
  }

  private topFor(position: number): number {
    if (!this.isScaled || position <= this.end) return position;
    const left = this.furthest - position;
    if (left <= this.end) return this.furthestTop - left;
    return this.end + (position - this.end) / this.scale;
  }
}
