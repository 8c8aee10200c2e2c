// The page of a phone: it times each file, reads what a finger draws, and sends what it found to the board.
//
//     models.json, images.bin  ->  worker: open, answer, 50 + 300 calls in turns  ->  results, or a code to copy

"use strict";
const $ = (id) => document.getElementById(id);
const ID = [...crypto.getRandomValues(new Uint8Array(8))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
const QUICK = 3; // samples before the first figure
const LEAST = 10; // samples at the end
const PATIENCE_S = 20; // after so many seconds with one file, its figures are those of fewer calls
const NAMES = { litert: "LiteRT.js", "onnxruntime-web": "ONNX Runtime Web" };
const MEGABYTES = { litert: 2.9, "onnxruntime-web": 3.7 }; // over the air, compressed
const measured = new Map(); // name of a model -> what is sent
let about, images, busy;

// ---- the worker: every call is a promise ----
const worker = new Worker("page/worker.js");
const waiting = new Map();
let asked = 0;
worker.onmessage = ({ data }) => {
  const { done, fail } = waiting.get(data.id);
  waiting.delete(data.id);
  if (data.error === undefined) done(data.result);
  else fail(new Error(data.error));
};
worker.onerror = () => waiting.forEach(({ fail }) => fail(new Error("This browser cannot run the worker.")));
function call(name, ...args) {
  return new Promise((done, fail) => {
    waiting.set(++asked, { done, fail });
    worker.postMessage({ id: asked, name, args });
  });
}

// ---- measuring ----
async function start() {
  $("phone").value = `phone ${ID.slice(0, 4)}`;
  const answer = await fetch("models.json", { cache: "no-store" });
  if (!answer.ok) throw new Error("The board does not answer. Scan its code again.");
  about = await answer.json();
  images = new Float32Array(await (await fetch(about.images.file, { cache: "no-store" })).arrayBuffer());
  const runtimes = [...new Set(about.models.map((model) => model.runtime))].sort();
  await measure(runtimes[0]);
  runtimes.slice(1).forEach(offer);
  prepareDrawing();
}

async function measure(runtime) {
  const files = [];
  for (const model of about.models.filter((other) => other.runtime === runtime)) {
    say(`Opening ${model.name} in ${NAMES[runtime]} …`);
    try {
      files.push(await open(model));
    } catch (error) {
      row(model, "–", "–");
      say(`${model.name}: ${error.message}`);
    }
  }
  if (!files.length) return;
  for (let turn = 0; files.some((file) => !file.finished); turn++) { // in turns, so that heat meets all of them alike
    for (const file of files.filter((file) => !file.finished)) await sample(file, turn);
  }
  say(`Done: ${files.length} files, ${about.warm_up} + ${about.calls} calls or more each.`);
}

async function open(model) {
  const answer = await fetch(model.file, { cache: "no-store" });
  if (!answer.ok) throw new Error("the file cannot be loaded");
  const found = await call("open", model, await answer.arrayBuffer());
  const count = about.images.shape[0];
  const answers = await call("answer", model.name, images, count);
  const first = images.slice(0, images.length / count);
  const warm = await call("time", model.name, first, about.warm_up);
  const body = { model: model.name, runtime: model.runtime, ...found, calls: 0, heat: [] };
  body.predictions = answers.map(largest);
  body.crc = crc32(answers);
  const file = { model, body, first, samples: [], spent: 0, calls: Math.ceil((about.sample_s * about.warm_up) / warm) };
  file.calls = Math.min(Math.max(file.calls, 1), 100000);
  measured.set(model.name, file);
  $("heated").add(new Option(model.name, model.name, false, model.kind === "int8"));
  return file;
}

async function sample(file, turn) {
  const elapsed = await call("time", file.model.name, file.first, file.calls);
  file.spent += elapsed;
  if (elapsed < 0.9 * about.sample_s && file.calls < 100000) { // it has become warm: longer samples from now on
    file.calls = Math.min(Math.ceil((file.calls * about.sample_s * 1.1) / Math.max(elapsed, 0.001)), 100000);
    return;
  }
  file.samples.push(elapsed / file.calls);
  file.body.calls += file.calls;
  const enough = file.samples.length >= LEAST && file.body.calls >= about.calls;
  file.finished = enough || (file.spent > PATIENCE_S && file.samples.length >= QUICK);
  file.body.median_s = quantile(file.samples, 0.5);
  file.body.p90_s = quantile(file.samples, 0.9);
  row(file.model, milliseconds(file.body.median_s), milliseconds(file.body.p90_s));
  compare();
  if (file.samples.length === QUICK || file.finished) await send(file);
}

function quantile(values, share) { // between the two nearest, as numpy does
  const sorted = [...values].sort((a, b) => a - b);
  const place = (sorted.length - 1) * share;
  const below = sorted[Math.floor(place)];
  return below + (place % 1) * (sorted[Math.ceil(place)] - below);
}

const largest = (answer) => answer.reduce((best, value, i) => (value > answer[best] ? i : best), 0);

function crc32(arrays) { // of the bytes of all arrays in a row, as zlib.crc32
  let crc = -1;
  for (const array of arrays) {
    for (const byte of new Uint8Array(array.buffer, array.byteOffset, array.byteLength)) {
      crc ^= byte;
      for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
    }
  }
  return (crc ^ -1) >>> 0;
}

// ---- what the page shows ----
const say = (sentence) => { $("status").textContent = sentence; };
const milliseconds = (s) => (1000 * s < 10 ? `${(1000 * s).toPrecision(2)} ms` : `${Math.round(1000 * s)} ms`);

function row(model, ...figures) {
  const id = `row-${about.models.indexOf(model)}`;
  const line = $(id) ?? $("rows").insertRow();
  line.id = id;
  line.replaceChildren();
  for (const text of [model.name, (model.bytes / 1000).toFixed(0), ...figures]) line.insertCell().textContent = text;
  const where = document.createElement("small");
  where.textContent = NAMES[model.runtime];
  line.cells[0].append(where);
}

function compare() {
  const sentences = [];
  for (const runtime of Object.keys(NAMES)) {
    const [float, int8] = ["float", "int8"].map((kind) =>
      [...measured.values()].find(({ model, body }) => model.runtime === runtime && model.kind === kind && body.median_s));
    if (!float || !int8) continue;
    const ratio = float.body.median_s / int8.body.median_s;
    const said = ratio >= 1 ? `${ratio.toFixed(2)} times as fast as` : `${(1 / ratio).toFixed(2)} times slower than`;
    sentences.push(`In ${NAMES[runtime]}, ${int8.model.name} is ${said} ${float.model.name} on this phone.`);
  }
  $("faster").textContent = sentences.join(" ");
}

function offer(runtime) {
  const count = about.models.filter((model) => model.runtime === runtime).length;
  $("more").hidden = false;
  $("more").textContent = `Time ${count} more in ${NAMES[runtime]} (${MEGABYTES[runtime]} MB more)`;
  $("more").onclick = () => alone(async () => {
    $("more").hidden = true;
    await measure(runtime);
  });
}

async function alone(work) { // one thing at a time: two at once would disturb the figures
  if (busy) return;
  busy = true;
  $("heat").disabled = $("more").disabled = true;
  try {
    await work();
  } catch (error) {
    say(error.message);
  } finally {
    busy = false;
    $("more").disabled = false;
    $("heat").disabled = measured.size === 0;
  }
}

// ---- sending: again after a pause where the network fails, so that nothing is lost ----
async function send(file) {
  const body = { phone: $("phone").value.trim() || `phone ${ID.slice(0, 4)}`, id: ID, ...file.body };
  if (about.hosted) {
    showCode();
    return;
  }
  for (let attempt = 0; attempt < 6; attempt++) {
    if (attempt) await new Promise((done) => setTimeout(done, 500 * 2 ** attempt * (0.5 + Math.random())));
    try {
      const headers = { "Content-Type": "application/json" };
      const answer = await fetch("results", { method: "POST", headers, body: JSON.stringify(body) });
      if (answer.ok) return;
      if (answer.status !== 429 && answer.status < 500) {
        $("faster").textContent = `The board refused the result: ${(await answer.json()).error}`;
        return;
      }
    } catch { /* no network just now */ }
  }
  say("The board does not answer any more. The figures above stay on this phone.");
}

$("naming").addEventListener("submit", async (event) => {
  event.preventDefault();
  for (const file of measured.values()) if (file.body.median_s) await send(file);
});

// ---- a minute of work ----
$("heat").onclick = () => alone(async () => {
  const file = measured.get($("heated").value);
  const curve = [];
  const start = performance.now();
  const seconds = () => (performance.now() - start) / 1000;
  while (seconds() < (about.heat_s ?? 60)) {
    const samples = [];
    for (const end = seconds() + 1; seconds() < end; ) {
      samples.push((await call("time", file.model.name, file.first, file.calls)) / file.calls);
    }
    curve.push([seconds(), quantile(samples, 0.5)]);
    drawCurve(curve);
    $("heat-said").textContent = `${Math.round(seconds())} s: ${milliseconds(curve.at(-1)[1])} for a call.`;
  }
  file.body.heat = curve.slice(0, 120);
  const slower = quantile(curve.slice(-5).map((pair) => pair[1]), 0.5) / quantile(curve.slice(0, 5).map((pair) => pair[1]), 0.5);
  $("heat-said").textContent = `The last five seconds took ${slower.toFixed(2)} times the time of the first five.`;
  await send(file);
});

function drawCurve(curve) {
  const { width, height } = $("curve");
  const ink = $("curve").getContext("2d");
  const color = getComputedStyle(document.body).color;
  const top = 1.2 * Math.max(...curve.map((pair) => pair[1]));
  const x = (t) => 70 + ((width - 90) * t) / (about.heat_s ?? 60);
  const y = (s) => height - 40 - ((height - 60) * s) / top;
  ink.clearRect(0, 0, width, height);
  ink.fillStyle = ink.strokeStyle = color;
  ink.font = "20px sans-serif";
  ink.fillText(milliseconds(top), 2, 24);
  ink.fillText("0", 2, y(0));
  ink.fillText("0 s", x(0) - 10, height - 10);
  ink.fillText(`${about.heat_s ?? 60} s`, width - 60, height - 10);
  ink.strokeRect(x(0), 20, width - 90, height - 60);
  ink.lineWidth = 4;
  ink.beginPath();
  for (const [t, s] of curve) ink.lineTo(x(t), y(s));
  ink.stroke();
}

// ---- a drawing: strokes -> a picture like those of the data set ----
const strokes = [];
const PEN = 0.1; // width of a line, of the drawing's height
const FINE = 4; // points along a pixel, as in the 32x32 bitmaps behind the 8x8 digits

function prepareDrawing() {
  if (!about.draw) return;
  $("drawing").hidden = false;
  $("seen").width = about.draw.width;
  $("seen").height = about.draw.height;
  const field = $("board");
  let stroke;
  const point = (event) => {
    const box = field.getBoundingClientRect();
    return [((event.clientX - box.left) * 280) / box.width, ((event.clientY - box.top) * 280) / box.height];
  };
  field.onpointerdown = (event) => {
    field.setPointerCapture(event.pointerId);
    strokes.push((stroke = [point(event)]));
    drawStrokes();
  };
  field.onpointermove = (event) => {
    if (!stroke) return;
    stroke.push(point(event));
    drawStrokes();
  };
  field.onpointerup = field.onpointercancel = () => {
    if (stroke) read();
    stroke = undefined;
  };
  $("clear").onclick = () => {
    strokes.length = 0;
    drawStrokes();
    $("read").textContent = "";
    $("seen").getContext("2d").clearRect(0, 0, about.draw.width, about.draw.height);
  };
}

function drawStrokes() {
  const ink = $("board").getContext("2d");
  ink.clearRect(0, 0, 280, 280);
  ink.strokeStyle = "#ffffff";
  ink.lineWidth = 20;
  ink.lineCap = ink.lineJoin = "round";
  for (const [first, ...rest] of strokes) {
    ink.beginPath();
    ink.moveTo(...first);
    for (const next of rest.length ? rest : [first]) ink.lineTo(...next);
    ink.stroke();
  }
}

async function read() {
  const shares = inkShares(about.draw.height, about.draw.width);
  const { low, high, channels, ink } = about.draw;
  const picture = shares.map((share) => (ink === "high" ? low + share * (high - low) : high - share * (high - low)));
  showSeen(picture);
  const x = new Float32Array(channels * picture.length);
  for (let i = 0; i < channels; i++) x.set(picture, i * picture.length);
  const said = [];
  for (const { model } of measured.values()) {
    const [answer] = await call("answer", model.name, x, 1);
    said.push(`${model.name} reads ${about.labels ? about.labels[largest(answer)] : `class ${largest(answer)}`}`);
  }
  $("read").textContent = said.length ? `${said.join(", ")}.` : "No file is open yet.";
}

function inkShares(height, width) { // the drawing as high as the picture, in its middle; each pixel its share of ink
  const all = strokes.flat();
  const [xs, ys] = [0, 1].map((axis) => all.map((point) => point[axis]));
  const [left, right, top, bottom] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  const pen = PEN * Math.max(bottom - top, right - left, 40);
  const scale = Math.max((bottom - top + pen) / height, (right - left + pen) / width, 40 / height);
  const middle = [(left + right) / 2, (top + bottom) / 2];
  const shares = new Float32Array(height * width);
  for (let row = 0; row < height * FINE; row++) {
    for (let column = 0; column < width * FINE; column++) {
      const x = middle[0] + ((column + 0.5) / FINE - width / 2) * scale;
      const y = middle[1] + ((row + 0.5) / FINE - height / 2) * scale;
      if (strokes.some((stroke) => near(stroke, x, y, pen / 2))) {
        shares[Math.floor(row / FINE) * width + Math.floor(column / FINE)] += 1 / FINE ** 2;
      }
    }
  }
  return shares;
}

function near(stroke, x, y, distance) {
  for (let i = 0; i < stroke.length; i++) {
    const [ax, ay] = stroke[Math.max(i - 1, 0)];
    const [bx, by] = stroke[i];
    const length = (bx - ax) ** 2 + (by - ay) ** 2;
    const along = length ? Math.min(Math.max(((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / length, 0), 1) : 0;
    if ((x - ax - along * (bx - ax)) ** 2 + (y - ay - along * (by - ay)) ** 2 <= distance ** 2) return true;
  }
  return false;
}

function showSeen(picture) {
  const { width, height, low, high } = about.draw;
  const data = new ImageData(width, height);
  picture.forEach((value, i) => data.data.set([0, 1, 2].map(() => (255 * (value - low)) / (high - low || 1)).concat(255), 4 * i));
  $("seen").getContext("2d").putImageData(data, 0, 0);
}

// ---- a page on any host: no board to send to, so a code to copy (hosted.py reads it) ----
function showCode() {
  const done = [...measured.values()].filter((file) => file.body.median_s);
  $("code").hidden = false;
  $("code-text").value = codeOf($("phone").value.trim() || `phone ${ID.slice(0, 4)}`, done.map((file) => file.body));
}

$("copy").onclick = () => {
  $("code-text").select();
  document.execCommand("copy"); // also works where the clipboard of a page is not allowed
};

function codeOf(phone, bodies) {
  const bytes = [1, ...[...ID.matchAll(/../g)].map((pair) => parseInt(pair, 16)), ...text(phone), bodies.length];
  for (const body of bodies) {
    bytes.push(...text(body.model), ...text(body.runtime), ...text(body.version));
    for (const name of ["median_s", "p90_s", "load_s", "first_s"]) bytes.push(...number("setFloat32", body[name]));
    for (const name of ["calls", "crc"]) bytes.push(...number("setUint32", body[name]));
    bytes.push(body.predictions.length, ...packed(body.predictions));
  }
  bytes.push(...number("setUint32", crc32([Uint8Array.from(bytes)])));
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

function text(words) {
  const bytes = new TextEncoder().encode(words);
  return [bytes.length, ...bytes];
}

function number(kind, value) {
  const view = new DataView(new ArrayBuffer(4));
  view[kind](0, value);
  return new Uint8Array(view.buffer);
}

function packed(predictions) { // hexadecimal digits for each, as many as the largest needs
  const digits = Math.max(...predictions).toString(16).length;
  const all = predictions.map((class_) => class_.toString(16).padStart(digits, "0")).join("");
  return [digits, ...(all.length % 2 ? `${all}0` : all).match(/../g).map((pair) => parseInt(pair, 16))];
}

alone(start);
