import type { Point } from '../covariance.ts';

type Moved = (handle: string, to: Point) => void;

/** Moves the handles of the drawings in `body` by pointer, and by arrow keys (with Shift, five steps at once). */
export function dragHandles(body: Element, moved: Moved): void {
  body.addEventListener('pointerdown', (event) => {
    const handle = handleOf(event.target);
    if (!(event instanceof PointerEvent) || !handle || event.button !== 0) return;
    event.preventDefault();
    handle.focus({ preventScroll: true });
    follow(handle, event, moved);
  });
  body.addEventListener('keydown', (event) => {
    const handle = handleOf(event.target);
    if (!(event instanceof KeyboardEvent) || !handle) return;
    const direction = arrows[event.key];
    if (!direction) return;
    event.preventDefault();
    const step = Number(handle.dataset.step) * (event.shiftKey ? 5 : 1);
    moved(handle.dataset.handle ?? '', {
      x: Number(handle.dataset.x) + step * direction[0],
      y: Number(handle.dataset.y) + step * direction[1],
    });
  });
}

const arrows: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, 1],
  ArrowDown: [0, -1],
};

function handleOf(target: EventTarget | null): SVGGElement | null {
  return target instanceof Element ? target.closest<SVGGElement>('[data-handle]') : null;
}

/** Until the pointer is let go, wherever it is by then. */
function follow(handle: SVGGElement, start: PointerEvent, moved: Moved): void {
  const name = handle.dataset.handle ?? '';
  const drawing = handle.ownerSVGElement;
  if (!drawing) return;
  document.documentElement.toggleAttribute('data-dragging', true);
  const move = (event: PointerEvent): void => {
    if (event.pointerId !== start.pointerId) return;
    const point = pointIn(drawing, event);
    if (point) moved(name, point);
  };
  const end = (event: PointerEvent): void => {
    if (event.pointerId !== start.pointerId) return;
    document.documentElement.toggleAttribute('data-dragging', false);
    document.removeEventListener('pointermove', move);
    document.removeEventListener('pointerup', end);
    document.removeEventListener('pointercancel', end);
  };
  document.addEventListener('pointermove', move);
  document.addEventListener('pointerup', end);
  document.addEventListener('pointercancel', end);
}

/** The pointer in the coordinates of the drawing's axes (Frame.svg writes them down). */
function pointIn(drawing: SVGSVGElement, event: PointerEvent): Point | undefined {
  const screen = drawing.getScreenCTM();
  const frame = (drawing.dataset.frame ?? '').split(' ').map(Number);
  const [left = NaN, right = NaN, top = NaN, bottom = NaN, x0 = NaN, x1 = NaN, y0 = NaN, y1 = NaN] = frame;
  if (!screen) return undefined;
  const { x, y } = new DOMPoint(event.clientX, event.clientY).matrixTransform(screen.inverse());
  return { x: x0 + ((x - left) / (right - left)) * (x1 - x0), y: y0 + ((bottom - y) / (bottom - top)) * (y1 - y0) };
}
