const MOST_RADIUS = 15;
/** Below this radius in device pixels a seat is a square, and its colour is all there is to see. */
const ROUND_FROM_PX = 2.5;
const GLYPH_FROM_PX = 4.5;
/** How much of the way to the next seat is seat. */
const FILLED = 0.43;
const MARGIN = 8;
/** Where seats would be nearer in device pixels they are drawn larger, and the browser blends them. */
const LEAST_SPACING_PX = 3;
const MOST_TIMES_LARGER = 2;
const NOTHING = 4;

/** The marks of the client's map, about (0, 0) for a seat of radius 1. */
const PADLOCK = 'M-.2 -.06V-.26A.2 .2 0 0 1 .2 -.26V-.06M-.38 -.06H.38V.42H-.38Z';
const PERSON = 'M0 -.46A.22 .22 0 1 1 0 -.02A.22 .22 0 1 1 0 -.46ZM-.44 .5C-.4 .02 .4 .02 .44 .5Z';
const CROSS = 'M-.3 -.3L.3 .3M.3 -.3L-.3 .3';
const BAR = 'M-.4 0H.4';

/**
 * The seats on a canvas, as the client draws them. Only seats that changed are drawn again, into
 * memory: thousands of calls to the canvas would take longer than a frame.
 */
export class SeatMap {
  #canvas;
  #context;
  #places;
  #bounds;
  #spacing;
  #drawn;
  #image;
  #pixels;
  #corners;
  #size = 0;
  #sprites = [];

  constructor(canvas, places) {
    this.#canvas = canvas;
    this.#context = canvas.getContext('2d');
    this.#places = places;
    this.#spacing = spacingOf(places);
    this.#bounds = boundsOf(places, this.#spacing / 2);
    this.#drawn = new Uint8Array(places.length / 2);
  }

  /** Fill a width in CSS pixels, but no more than a height; `zoom` is device pixels in one. */
  fit({ width, maxHeight, zoom, colors }) {
    const { width: wide, height: high } = this.#bounds;
    const fitting = Math.min((width - 2 * MARGIN) / wide, (maxHeight - 2 * MARGIN) / high);
    const scale = Math.min(fitting, MOST_RADIUS / (this.#spacing * FILLED));
    const height = Math.ceil(high * scale) + 2 * MARGIN;
    const wanted = Math.ceil(LEAST_SPACING_PX / (this.#spacing * scale));
    const pixels = Math.max(zoom, Math.min(MOST_TIMES_LARGER * zoom, wanted));
    this.#canvas.width = Math.round(width * pixels);
    this.#canvas.height = Math.round(height * pixels);
    this.#image = this.#context.createImageData(this.#canvas.width, this.#canvas.height);
    this.#pixels = new Uint32Array(this.#image.data.buffer);
    this.#prepare(scale * pixels, colors);
    return { width, height };
  }

  draw(statuses) {
    let [first, last] = [Infinity, -Infinity];
    for (let index = 0; index < statuses.length; index++) {
      const status = statuses[index];
      if (this.#drawn[index] === status) continue;
      this.#copy(this.#corners[index], this.#sprites[status], this.#sprites[this.#drawn[index]]);
      this.#drawn[index] = status;
      first = Math.min(first, this.#corners[index]);
      last = Math.max(last, this.#corners[index]);
    }
    if (last < first) return;
    const { width } = this.#image;
    const top = Math.floor(first / width);
    const height = Math.floor(last / width) + this.#size - top;
    this.#context.putImageData(this.#image, 0, 0, 0, top, width, height);
  }

  /** Where a seat's drawing was and is; its corners may lie upon those of the next. */
  #copy(corner, sprite, before) {
    const { width } = this.#image;
    for (let place = 0, y = 0; y < this.#size; y++) {
      for (let x = 0; x < this.#size; x++, place++) {
        if (sprite[place] === 0 && before[place] === 0) continue;
        this.#pixels[corner + y * width + x] = sprite[place];
      }
    }
  }

  #prepare(scale, colors) {
    const { width, height } = this.#image;
    const radius = this.#spacing * FILLED * scale;
    this.#size =
      radius < ROUND_FROM_PX ? Math.max(1, Math.round(2 * radius)) : 2 * Math.ceil(radius);
    this.#sprites = [0, 1, 2, 3].map((status) => spriteOf(status, this.#size, radius, colors));
    this.#sprites[NOTHING] = new Uint32Array(this.#size ** 2);
    this.#drawn.fill(NOTHING);
    const offsetX = (width - this.#size) / 2 - (this.#bounds.x + this.#bounds.width / 2) * scale;
    const offsetY = (height - this.#size) / 2 - (this.#bounds.y + this.#bounds.height / 2) * scale;
    this.#corners = Uint32Array.from(this.#drawn, (_, index) => {
      const x = Math.round(this.#places[2 * index] * scale + offsetX);
      const y = Math.round(this.#places[2 * index + 1] * scale + offsetY);
      return y * width + x;
    });
  }
}

/** Answers the pixels of a seat. */
function spriteOf(status, size, radius, colors) {
  const canvas = document.createElement('canvas');
  const context = canvas.getContext('2d', { willReadFrequently: true });
  canvas.width = canvas.height = size;
  if (radius < ROUND_FROM_PX) {
    paintSquare(context, status, size, colors);
  } else {
    context.translate(size / 2, size / 2);
    context.scale(radius, radius);
    paintSeat(context, status, radius >= GLYPH_FROM_PX, colors);
  }
  return new Uint32Array(context.getImageData(0, 0, size, size).data.buffer);
}

function paintSquare(context, status, side, colors) {
  context.fillStyle = [colors.seatEdge, colors.locked, colors.reserved, colors.blocked][status];
  if (status === 3) context.globalAlpha = 0.5;
  context.fillRect(0, 0, side, side);
}

/** Each status has a form and a mark of its own besides its colour. */
function paintSeat(context, status, hasGlyph, colors) {
  context.lineCap = 'round';
  context.lineJoin = 'round';
  if (status === 0) {
    disc(context, 0.84, colors.seat);
    ring(context, 0.84, 0.17, colors.seatEdge);
  } else if (status === 1) {
    disc(context, 0.92, colors.locked);
    if (hasGlyph) stroke(context, PADLOCK, colors.onLocked, 0.16);
    else stroke(context, BAR, colors.onLocked, 0.4);
  } else if (status === 2) {
    context.fillStyle = colors.reserved;
    context.beginPath();
    context.roundRect(-0.86, -0.86, 1.72, 1.72, 0.42);
    context.fill();
    context.fillStyle = colors.onReserved;
    if (hasGlyph) context.fill(new Path2D(PERSON));
  } else {
    if (hasGlyph) context.setLineDash([0.28, 0.2]);
    ring(context, 0.62, 0.12, colors.blocked);
    context.setLineDash([]);
    if (hasGlyph) stroke(context, CROSS, colors.blocked, 0.14);
  }
}

function disc(context, radius, color) {
  context.fillStyle = color;
  context.beginPath();
  context.arc(0, 0, radius, 0, 2 * Math.PI);
  context.fill();
}

function ring(context, radius, width, color) {
  context.strokeStyle = color;
  context.lineWidth = width;
  context.beginPath();
  context.arc(0, 0, radius, 0, 2 * Math.PI);
  context.stroke();
}

function stroke(context, path, color, width) {
  context.strokeStyle = color;
  context.lineWidth = width;
  context.stroke(new Path2D(path));
}

/** How far a seat is from the next one in its row, as most of them are. */
function spacingOf(places) {
  const distances = [];
  for (let place = 2; place < places.length; place += 2) {
    const distance = Math.hypot(
      places[place] - places[place - 2],
      places[place + 1] - places[place - 1],
    );
    if (distance > 0) distances.push(distance);
  }
  distances.sort((a, b) => a - b);
  return distances[Math.floor(distances.length / 4)] ?? 1;
}

function boundsOf(places, margin) {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (let place = 0; place < places.length; place += 2) {
    left = Math.min(left, places[place]);
    right = Math.max(right, places[place]);
    top = Math.min(top, places[place + 1]);
    bottom = Math.max(bottom, places[place + 1]);
  }
  return {
    x: left - margin,
    y: top - margin,
    width: right - left + 2 * margin,
    height: bottom - top + 2 * margin,
  };
}
