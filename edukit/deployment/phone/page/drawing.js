// What a finger draws, and how it becomes a picture like those of the data set.
//
//     strokes  ->  as high as the picture, in its middle  ->  each pixel: the share of it that is ink
//
// So were the 8x8 digits made: 4x4 points of a bitmap for each pixel. A pen of 0.2 of the drawing's height gives as
// much ink as those digits have, 0.31 of the picture.

const PEN = 0.2; // width of a line, of the drawing's height
const FINE = 4; // points along a pixel
const SMALL = 40; // a dot is not enlarged to the whole picture
export const SIDE = 280; // of the field, in its own points

export function drawOn(field, strokes, lifted) {
  let stroke;
  const point = (event) => {
    const box = field.getBoundingClientRect();
    return [((event.clientX - box.left) * SIDE) / box.width, ((event.clientY - box.top) * SIDE) / box.height];
  };
  field.onpointerdown = (event) => {
    field.setPointerCapture(event.pointerId);
    stroke = [point(event)];
    strokes.push(stroke);
    show(field, strokes);
  };
  field.onpointermove = (event) => {
    stroke?.push(point(event));
    if (stroke) show(field, strokes);
  };
  field.onpointerup = field.onpointercancel = () => {
    if (stroke) lifted();
    stroke = undefined;
  };
}

export function show(field, strokes) {
  const ink = field.getContext("2d");
  ink.clearRect(0, 0, SIDE, SIDE);
  ink.strokeStyle = "#ffffff";
  ink.lineWidth = 0.12 * SIDE;
  ink.lineCap = "round";
  ink.lineJoin = "round";
  for (const [first, ...rest] of strokes) {
    ink.beginPath();
    ink.moveTo(...first);
    for (const next of rest.length ? rest : [first]) ink.lineTo(...next);
    ink.stroke();
  }
}

export function picture(strokes, { height, width, low, high, ink }) { // height x width grey values
  const shares = inkShares(strokes, height, width);
  return shares.map((share) => (ink === "high" ? low + share * (high - low) : high - share * (high - low)));
}

export function showPicture(field, values, { height, width, low, high }) {
  const image = new ImageData(width, height);
  values.forEach((value, i) => image.data.set([...Array(3).fill((255 * (value - low)) / (high - low || 1)), 255], 4 * i));
  field.getContext("2d").putImageData(image, 0, 0);
}

function inkShares(strokes, height, width) {
  const points = strokes.flat();
  const [xs, ys] = [0, 1].map((axis) => points.map((point) => point[axis]));
  const [left, right, top, bottom] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  const pen = PEN * Math.max(bottom - top, right - left, SMALL);
  const step = Math.max((bottom - top + pen) / height, (right - left + pen) / width, SMALL / height);
  const shares = new Float32Array(height * width);
  for (let row = 0; row < height * FINE; row++) {
    for (let column = 0; column < width * FINE; column++) {
      const x = (left + right) / 2 + ((column + 0.5) / FINE - width / 2) * step;
      const y = (top + bottom) / 2 + ((row + 0.5) / FINE - height / 2) * step;
      const pixel = Math.floor(row / FINE) * width + Math.floor(column / FINE);
      if (strokes.some((stroke) => isNear(stroke, x, y, pen / 2))) shares[pixel] += 1 / FINE ** 2;
    }
  }
  return shares;
}

function isNear(stroke, x, y, distance) { // of one of its segments
  return stroke.some(([bx, by], i) => {
    const [ax, ay] = stroke[Math.max(i - 1, 0)];
    const length = (bx - ax) ** 2 + (by - ay) ** 2;
    const along = length ? Math.min(Math.max(((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / length, 0), 1) : 0;
    return (x - ax - along * (bx - ax)) ** 2 + (y - ay - along * (by - ay)) ** 2 <= distance ** 2;
  });
}
