/** Keep `held` true while the scrollbar of `element` is under a pressed button. Returns how to end that. */
export function watchThumb(element: HTMLElement, drag: { held: boolean }): () => void {
  const press = ({ target, offsetX }: PointerEvent) => {
    drag.held = target === element && offsetX >= element.clientWidth;
  };
  // Not every browser tells of the release over a scrollbar: the next move without a button does.
  const move = ({ buttons }: PointerEvent) => {
    if (buttons === 0) drag.held = false;
  };
  element.addEventListener("pointerdown", press);
  window.addEventListener("pointermove", move, { passive: true });
  window.addEventListener("pointerup", move);
  return () => {
    element.removeEventListener("pointerdown", press);
    window.removeEventListener("pointermove", move);
    window.removeEventListener("pointerup", move);
  };
}

/**
 * While rows pass under a pointer that rests, they do not answer to it (`data-scrolling`): looking for the one under it
 * costs more than moving them. When it moves or is pressed they do again, and a click that came first is passed on.
 */
export function watchPointer(element: HTMLElement): () => void {
  const wake = () => {
    delete element.dataset.scrolling;
  };
  const click = (event: MouseEvent) => {
    const hit = document.elementFromPoint(event.clientX, event.clientY);
    if (event.target === element && hit !== element && element.contains(hit))
      hit?.dispatchEvent(new MouseEvent("click", event));
  };
  element.addEventListener("pointermove", wake, { passive: true });
  element.addEventListener("pointerdown", wake, { passive: true });
  element.addEventListener("click", click);
  return () => {
    element.removeEventListener("pointermove", wake);
    element.removeEventListener("pointerdown", wake);
    element.removeEventListener("click", click);
  };
}
