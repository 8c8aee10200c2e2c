// The time of a call over a minute, as a line from the first second to the last.

import { milliseconds } from "./figures.js";

const LEFT = 100;
const RIGHT = 20;
const TOP = 20;
const BOTTOM = 40;

export function drawCurve(field, pairs, seconds) {
  const { width, height } = field;
  const ink = field.getContext("2d");
  const most = 1.25 * Math.max(...pairs.map(([, s]) => s));
  const x = (t) => LEFT + ((width - LEFT - RIGHT) * Math.min(t, seconds)) / seconds;
  const y = (s) => height - BOTTOM - ((height - TOP - BOTTOM) * s) / most;
  ink.clearRect(0, 0, width, height);
  ink.fillStyle = ink.strokeStyle = getComputedStyle(field).color;
  ink.font = "22px sans-serif";
  ink.fillText(milliseconds(most), 2, TOP + 8);
  ink.fillText("0 ms", 2, height - BOTTOM);
  ink.fillText("0 s", LEFT - 10, height - 10);
  ink.fillText(`${seconds} s`, width - RIGHT - 40, height - 10);
  ink.lineWidth = 1;
  ink.strokeRect(LEFT, TOP, width - LEFT - RIGHT, height - TOP - BOTTOM);
  ink.lineWidth = 4;
  ink.beginPath();
  for (const [t, s] of pairs) ink.lineTo(x(t), y(s));
  ink.stroke();
}
