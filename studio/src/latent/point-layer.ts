// Many points, drawn by WebGL2. Libraries for it were looked at: regl and what is built on it (regl-scatterplot) make functions from
// text, which the pages' policy forbids; deck.gl is larger than all of the studio. What is needed is one shader.

/** What part of the plane is on the screen: its middle, and how many units a CSS pixel is. */
export interface View {
  readonly x: number;
  readonly y: number;
  readonly unit: number;
}

/** Draws points that have a place, a colour, a mark and whether they stand back. */
export interface PointLayer {
  readonly kind: 'WebGL2' | 'canvas';
  /** x and y in turn. */
  setPoints(points: Float32Array): void;
  /** Red, green, blue and the mark's number, a byte each. */
  setColours(bytes: Uint8Array): void;
  /** 1 for points that stand back. */
  setFaded(faded: Uint8Array): void;
  draw(view: View, options: { readonly width: number; readonly height: number; readonly size: number }): void;
  dispose(): void;
}

/** Where there is no WebGL2, a canvas of two dimensions draws. @throws Error where a driver refuses the shaders */
export function pointLayer(canvas: HTMLCanvasElement): PointLayer {
  const gl = canvas.getContext('webgl2', { antialias: false, alpha: true, premultipliedAlpha: true });
  if (gl) return GlPoints.on(gl);
  return new CanvasPoints(canvas);
}

const vertexSource = `#version 300 es
layout(location = 0) in vec2 place;
layout(location = 1) in vec4 look;
layout(location = 2) in float faded;
uniform vec2 middle;
uniform vec2 scale;
uniform float size;
out vec3 ink;
out float alpha;
flat out int mark;
void main() {
  gl_Position = vec4((place - middle) * scale, 0.0, 1.0);
  gl_PointSize = size;
  ink = look.rgb;
  mark = int(look.a * 255.0 + 0.5);
  alpha = faded > 0.5 ? 0.12 : 0.85;
}`;

/** Marks by their signed distances, smooth over a pixel at the rim. */
const fragmentSource = `#version 300 es
precision highp float;
in vec3 ink;
in float alpha;
flat in int mark;
uniform float size;
out vec4 colour;
void main() {
  vec2 p = gl_PointCoord * 2.0 - 1.0;
  float d = length(p) - 0.9;
  if (mark == 1) d = max(abs(p.x), abs(p.y)) - 0.75;
  if (mark == 2) d = max(abs(p.x) * 0.9 - p.y * 0.5, p.y) - 0.6;
  if (mark == 3) d = (abs(p.x) + abs(p.y)) - 0.95;
  float cover = clamp(0.5 - d * size * 0.5, 0.0, 1.0) * alpha;
  if (cover < 0.01) discard;
  colour = vec4(ink * cover, cover);
}`;

class GlPoints implements PointLayer {
  readonly kind = 'WebGL2';
  readonly #gl: WebGL2RenderingContext;
  readonly #program: WebGLProgram;
  readonly #buffers: readonly [WebGLBuffer, WebGLBuffer, WebGLBuffer];
  #count = 0;

  private constructor(gl: WebGL2RenderingContext, program: WebGLProgram) {
    this.#gl = gl;
    this.#program = program;
    this.#buffers = [gl.createBuffer(), gl.createBuffer(), gl.createBuffer()];
    gl.enableVertexAttribArray(0);
    gl.enableVertexAttribArray(1);
    gl.enableVertexAttribArray(2);
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
  }

  static on(gl: WebGL2RenderingContext): GlPoints {
    const program = gl.createProgram();
    for (const [type, source] of [
      [gl.VERTEX_SHADER, vertexSource],
      [gl.FRAGMENT_SHADER, fragmentSource],
    ] as const) {
      // prettier-ignore
      const shader = gl.createShader(type);
      if (!shader) throw new Error('WebGL2 has gone.');
      gl.shaderSource(shader, source);
      gl.compileShader(shader);
      gl.attachShader(program, shader);
    }
    gl.linkProgram(program);
    if (gl.getProgramParameter(program, gl.LINK_STATUS) === true) return new GlPoints(gl, program);
    throw new Error(`WebGL2 refuses the points' shaders: ${gl.getProgramInfoLog(program) ?? ''}`);
  }

  setPoints(points: Float32Array): void {
    this.#count = points.length / 2;
    this.#fill(0, points);
    this.#gl.vertexAttribPointer(0, 2, this.#gl.FLOAT, false, 0, 0);
  }

  setColours(bytes: Uint8Array): void {
    this.#fill(1, bytes);
    this.#gl.vertexAttribPointer(1, 4, this.#gl.UNSIGNED_BYTE, true, 0, 0);
  }

  setFaded(faded: Uint8Array): void {
    this.#fill(2, faded);
    this.#gl.vertexAttribPointer(2, 1, this.#gl.UNSIGNED_BYTE, false, 0, 0);
  }

  draw(view: View, { width, height, size }: Parameters<PointLayer['draw']>[1]): void {
    const gl = this.#gl;
    const { canvas } = gl;
    const ratio = canvas.width / width;
    gl.viewport(0, 0, canvas.width, canvas.height);
    gl.clearColor(0, 0, 0, 0);
    gl.clear(gl.COLOR_BUFFER_BIT);
    if (this.#count === 0) return;
    gl.useProgram(this.#program);
    gl.uniform2f(gl.getUniformLocation(this.#program, 'middle'), view.x, view.y);
    gl.uniform2f(gl.getUniformLocation(this.#program, 'scale'), 2 / (width * view.unit), 2 / (height * view.unit));
    gl.uniform1f(gl.getUniformLocation(this.#program, 'size'), size * ratio);
    gl.drawArrays(gl.POINTS, 0, this.#count);
  }

  dispose(): void {
    for (const buffer of this.#buffers) this.#gl.deleteBuffer(buffer);
    this.#gl.deleteProgram(this.#program);
  }

  #fill(which: 0 | 1 | 2, data: Float32Array | Uint8Array): void {
    const gl = this.#gl;
    gl.bindBuffer(gl.ARRAY_BUFFER, this.#buffers[which]);
    gl.bufferData(gl.ARRAY_BUFFER, data, gl.DYNAMIC_DRAW);
  }
}

/** Where there is no WebGL2: squares, one by one. */
class CanvasPoints implements PointLayer {
  readonly kind = 'canvas';
  readonly #canvas: HTMLCanvasElement;
  #points = new Float32Array();
  #colours = new Uint8Array();
  #faded = new Uint8Array();

  constructor(canvas: HTMLCanvasElement) {
    this.#canvas = canvas;
  }

  setPoints(points: Float32Array): void {
    this.#points = points as Float32Array<ArrayBuffer>;
  }

  setColours(bytes: Uint8Array): void {
    this.#colours = bytes as Uint8Array<ArrayBuffer>;
  }

  setFaded(faded: Uint8Array): void {
    this.#faded = faded as Uint8Array<ArrayBuffer>;
  }

  draw(view: View, { width, height, size }: Parameters<PointLayer['draw']>[1]): void {
    const context = this.#canvas.getContext('2d');
    if (!context) return;
    const ratio = this.#canvas.width / width;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, width, height);
    for (let k = 0; k < this.#points.length / 2; k++) {
      const x = width / 2 + (this.#points[2 * k]! - view.x) / view.unit;
      const y = height / 2 - (this.#points[2 * k + 1]! - view.y) / view.unit;
      if (!(x > -size && x < width + size && y > -size && y < height + size)) continue;
      const [r, g, b] = this.#colours.subarray(4 * k, 4 * k + 3);
      context.fillStyle = `rgb(${r!} ${g!} ${b!} / ${this.#faded[k] === 1 ? 0.12 : 0.85})`;
      context.fillRect(x - size / 2, y - size / 2, size, size);
    }
  }

  dispose(): void {
    this.#points = new Float32Array();
  }
}
