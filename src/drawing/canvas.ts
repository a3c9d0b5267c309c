import { encodePng } from '../io/index.ts';
import { eachTextPixel, measureText, textMiddle } from './text.ts';

/** Red, green, blue: 0 to 255. */
export type Color = readonly [red: number, green: number, blue: number];

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface TextOptions {
  readonly color?: Color;
  /** Which part of the text is at x. Default: left. */
  readonly align?: 'left' | 'center' | 'right';
}

/** {x | (x − center)ᵀ M⁻¹ (x − center) = 1} in pixels, with M = [[xx, xy], [xy, yy]] positive definite. */
export interface Ellipse extends Point {
  readonly xx: number;
  readonly xy: number;
  readonly yy: number;
}

const ink: Color = [40, 44, 52];

/**
 * An RGB picture to draw on, edges smoothed: a shape covers a pixel by as much as its edge is away from the pixel's middle.
 * x goes right, y down; pixel (0, 0) has its middle at (0.5, 0.5).
 */
export class Canvas {
  readonly width: number;
  readonly height: number;
  /** [height, width, 3] */
  readonly data: Uint8ClampedArray;

  constructor(width: number, height: number, background: Color = [255, 255, 255]) {
    this.width = width;
    this.height = height;
    this.data = new Uint8ClampedArray(width * height * 3);
    for (let k = 0; k < this.data.length; k++) this.data[k] = background[k % 3]!;
  }

  /** Blends a colour into one pixel; outside the picture, nothing. */
  blend(x: number, y: number, color: Color, alpha: number): void {
    if (x < 0 || y < 0 || x >= this.width || y >= this.height || alpha <= 0) return;
    const at = 3 * (y * this.width + x);
    for (let c = 0; c < 3; c++) this.data[at + c] = this.data[at + c]! * (1 - alpha) + color[c]! * alpha;
  }

  /** A filled rectangle on whole pixels. */
  fill(area: Point & { readonly width: number; readonly height: number }, color: Color): void {
    for (let y = area.y; y < area.y + area.height; y++) {
      for (let x = area.x; x < area.x + area.width; x++) this.blend(x, y, color, 1);
    }
  }

  /** A filled disc. */
  disc(center: Point & { readonly radius: number }, color: Color, alpha = 1): void {
    const { radius } = center;
    this.#paint(center, { x: radius, y: radius }, (x, y) => radius - Math.hypot(x, y), color, alpha);
  }

  /** A straight line with round ends. */
  line(from: Point, to: Point, { color = ink, width = 1, alpha = 1 } = {}): void {
    const [dx, dy] = [to.x - from.x, to.y - from.y];
    const squared = dx * dx + dy * dy;
    const middle = { x: (from.x + to.x) / 2, y: (from.y + to.y) / 2 };
    const inside = (x: number, y: number): number => {
      const along = squared === 0 ? 0 : Math.min(0.5, Math.max(-0.5, (x * dx + y * dy) / squared));
      return width / 2 - Math.hypot(x - along * dx, y - along * dy);
    };
    this.#paint(middle, { x: (Math.abs(dx) + width) / 2, y: (Math.abs(dy) + width) / 2 }, inside, color, alpha);
  }

  /** The outline of an ellipse. How far a point is from it, the implicit equation says to first order. */
  ellipse(ellipse: Ellipse, { color = ink, width = 1, alpha = 1 } = {}): void {
    const { xx, xy, yy } = ellipse;
    const determinant = xx * yy - xy * xy;
    const inside = (x: number, y: number): number => {
      const u = (yy * x - xy * y) / determinant;
      const v = (xx * y - xy * x) / determinant;
      const radius = Math.sqrt(x * u + y * v);
      return radius === 0 ? -1 : width / 2 - Math.abs(((radius - 1) * radius) / Math.hypot(u, v));
    };
    this.#paint(ellipse, { x: Math.sqrt(xx) + width, y: Math.sqrt(yy) + width }, inside, color, alpha);
  }

  /** A ground under one line of text with its baseline at y, so that it can be read over lines: what lies there shines through a little. */
  ground(text: string, at: Point, color: Color = [255, 255, 255]): void {
    const [left, right] = [Math.round(at.x) - 2, Math.round(at.x) + Math.ceil(measureText(text)) + 2];
    const baseline = Math.round(at.y);
    for (let y = baseline - 2 * textMiddle - 2; y < baseline + 5; y++) {
      for (let x = left; x < right; x++) this.blend(x, y, color, 0.88);
    }
  }

  /** One line of text with its baseline at y. */
  text(text: string, at: Point, { color = ink, align = 'left' }: TextOptions = {}): void {
    const shift = align === 'left' ? 0 : align === 'right' ? 1 : 0.5;
    const start = Math.round(at.x - shift * measureText(text));
    eachTextPixel(text, (x, y, alpha) => {
      this.blend(start + x, Math.round(at.y) + y, color, alpha);
    });
  }

  /** An image [height, width, 1 or 3] of bytes, each pixel `scale` × `scale`. */
  image(
    pixels: ArrayLike<number>,
    size: { readonly height: number; readonly width: number; readonly channels: number },
    at: Point & { readonly scale: number },
  ): void {
    const { height, width, channels } = size;
    for (let y = 0; y < height * at.scale; y++) {
      for (let x = 0; x < width * at.scale; x++) {
        const from = (Math.floor(y / at.scale) * width + Math.floor(x / at.scale)) * channels;
        const gray = pixels[from]!;
        this.blend(at.x + x, at.y + y, channels === 1 ? [gray, gray, gray] : [gray, pixels[from + 1]!, pixels[from + 2]!], 1); // prettier-ignore
      }
    }
  }

  toPng(): Uint8Array {
    return encodePng({ shape: [this.height, this.width, 3], data: new Uint8Array(this.data.buffer) });
  }

  /** Paints where `inside` is positive; it gives the distance in pixels to the edge at (x, y) from the centre. */
  #paint(center: Point, reach: Point, inside: (x: number, y: number) => number, color: Color, alpha: number): void {
    const [left, right] = [Math.floor(center.x - reach.x) - 1, Math.ceil(center.x + reach.x) + 1];
    const [top, bottom] = [Math.floor(center.y - reach.y) - 1, Math.ceil(center.y + reach.y) + 1];
    for (let y = Math.max(0, top); y < Math.min(this.height, bottom); y++) {
      for (let x = Math.max(0, left); x < Math.min(this.width, right); x++) {
        const coverage = Math.min(1, inside(x + 0.5 - center.x, y + 0.5 - center.y) + 0.5);
        if (coverage > 0) this.blend(x, y, color, alpha * coverage);
      }
    }
  }
}
