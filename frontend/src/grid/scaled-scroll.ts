/**
 * A native scrollbar over more pixels than a browser can lay out (Chromium stops at 33,554,428).
 *
 * The canvas in the scroller is at most CANVAS_LIMIT high. While somebody scrolls by wheel, finger or key, rows
 * move with the canvas pixel by pixel; a larger step (the thumb) maps the canvas to the whole content. When
 * scrolling has stopped, `settle` moves canvas and rows together so that the thumb agrees with the rows again.
 * The scaled canvas with a local offset is the idea of hightable (https://github.com/hyparam/hightable, MIT);
 * the settling, and ends that are not scaled, are our own. All lengths are CSS pixels.
 */
export const CANVAS_LIMIT = 8_000_000;

/** A step of the scrollbar longer than this is a jump. */
export const JUMP = 4_000;

/** At both ends this much of the canvas is not scaled, so that the wheel meets the first and last row exactly. */
const UNSCALED_END = 240_000;

export class ScaledScroll {
  private content = 0;
  private viewport = 0;
  private shift = 0;
  private lastTop = 0;

  /** Height of the element inside the scroller. */
  get canvas(): number {
    return Math.min(this.content, CANVAS_LIMIT);
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

  /** Set the heights; the position stays where it fits. Returns the scrollTop to write. */
  resize(content: number, viewport: number): number {
    const position = this.position;
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

  private get scaled(): number {
    return (this.furthest - 2 * UNSCALED_END) / (this.furthestTop - 2 * UNSCALED_END);
  }

  private positionFor(top: number): number {
    if (this.content <= CANVAS_LIMIT || top <= UNSCALED_END) return top;
    const left = this.furthestTop - top;
    if (left <= UNSCALED_END) return this.furthest - left;
    return UNSCALED_END + (top - UNSCALED_END) * this.scaled;
  }

  private topFor(position: number): number {
    if (this.content <= CANVAS_LIMIT || position <= UNSCALED_END) return position;
    const left = this.furthest - position;
    if (left <= UNSCALED_END) return this.furthestTop - left;
    return UNSCALED_END + (position - UNSCALED_END) / this.scaled;
  }
}
