// The page of a phone: it times each file, reads what a finger draws, and sends what it found to the board.
//
//     models.json, images.bin  ->  worker: open, answer, time in turns  ->  results, or a code to copy

import { call } from "./asking.js";
import { codeOf } from "./code.js";
import { drawCurve } from "./curve.js";
import { drawOn, picture, show, showPicture } from "./drawing.js";
import { largest, milliseconds, quantile } from "./figures.js";
import { QUICK, Timed } from "./timing.js";

const ID = [...crypto.getRandomValues(new Uint8Array(8))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
const RUNTIMES = { litert: "LiteRT.js", "onnxruntime-web": "ONNX Runtime Web" }; // in this order
const MEGABYTES = { litert: 2.9, "onnxruntime-web": 3.7 }; // of a runtime, over the air, compressed
const TRIES = 6;
const files = []; // what is open, as Timed
const strokes = [];
let about;
let images;
let busy = false;

const $ = (id) => document.getElementById(id);
const say = (sentence) => { $("status").textContent = sentence; };
const pause = (ms) => new Promise((done) => setTimeout(done, ms));
const phone = () => $("phone").value.trim() || `phone ${ID.slice(0, 4)}`;

async function start() {
  $("phone").value = phone();
  const answer = await fetch("models.json", { cache: "no-store" });
  if (!answer.ok) throw new Error("The board does not answer. Photograph its code again.");
  about = await answer.json();
  images = new Float32Array(await (await fetch(about.images.file, { cache: "no-store" })).arrayBuffer());
  if (about.draw) prepareDrawing();
  const [first, ...others] = Object.keys(RUNTIMES).filter((name) => about.models.some((model) => model.runtime === name));
  others.forEach(offer);
  await measure(first);
}

async function measure(runtime) {
  const opened = [];
  const failed = [];
  for (const model of about.models.filter((other) => other.runtime === runtime)) {
    say(`Opening ${model.name} in ${RUNTIMES[runtime]} …`);
    try {
      opened.push(await open(model));
    } catch (error) {
      row(model, "–", "–");
      failed.push(`${model.name} does not run here: ${error.message}`);
    }
  }
  say(failed.join(" ") || "Timing …");
  opened.filter((file) => !file.finished).forEach((file) => file.restart());
  while (opened.some((file) => !file.finished)) { // in turns, so that heat meets all of them alike
    for (const file of opened.filter((other) => !other.finished)) await sample(file);
  }
  say([...failed, ...(opened.length ? [`Done: ${opened.length} files in ${RUNTIMES[runtime]}.`] : [])].join(" "));
}

async function open(model) {
  const file = new Timed(model, about);
  await file.open(images);
  files.push(file);
  $("heated").add(new Option(model.name, files.length - 1, false, model.kind === "int8"));
  while (file.samples.length < QUICK) await sample(file); // a first figure for the board
  if (!file.finished) await send(file);
  return file;
}

async function sample(file) {
  await file.sample();
  if (!file.samples.length) return;
  row(file.model, milliseconds(file.body.median_s), milliseconds(file.body.p90_s));
  compare();
  if (file.finished) await send(file);
}

function row(model, ...figures) {
  const id = `row-${about.models.indexOf(model)}`;
  const line = $(id) ?? $("rows").insertRow();
  line.id = id;
  line.replaceChildren();
  for (const text of [model.name, (model.bytes / 1000).toFixed(0), ...figures]) line.insertCell().textContent = text;
  const where = document.createElement("small");
  where.textContent = RUNTIMES[model.runtime];
  line.cells[0].append(where);
}

function compare() {
  const sentences = Object.keys(RUNTIMES).map((runtime) => {
    const [float, int8] = ["float", "int8"].map((kind) =>
      files.find(({ model, body }) => model.runtime === runtime && model.kind === kind && body.median_s));
    if (!float || !int8) return "";
    const ratio = float.body.median_s / int8.body.median_s;
    const said = ratio < 1 ? `takes ${(1 / ratio).toFixed(2)} times as long as` : `is ${ratio.toFixed(2)} times as fast as`;
    return `In ${RUNTIMES[runtime]}, ${int8.model.name} ${said} ${float.model.name} on this phone.`;
  });
  $("faster").textContent = sentences.join(" ");
}

function offer(runtime) {
  const count = about.models.filter((model) => model.runtime === runtime).length;
  $("more").hidden = false;
  $("more").textContent = `Time ${count} more in ${RUNTIMES[runtime]} (${MEGABYTES[runtime]} MB more)`;
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
  }
  busy = false;
  $("more").disabled = false;
  $("heat").disabled = files.length === 0;
}

// ---- sending: again after a pause where the network fails, so that nothing is lost ----
async function send(file) {
  if (about.hosted) {
    showCode();
    return;
  }
  const body = JSON.stringify({ phone: phone(), id: ID, ...file.body });
  for (let attempt = 0; attempt < TRIES; attempt++) {
    if (attempt) await pause(500 * 2 ** attempt * (0.5 + Math.random()));
    const answer = await fetch("results", { method: "POST", headers: { "Content-Type": "application/json" }, body }).catch(() => null);
    if (answer?.ok) {
      $("sent").textContent = "The board has these figures.";
      return;
    }
    if (answer && answer.status !== 429 && answer.status < 500) {
      const said = await answer.json().catch(() => ({}));
      $("sent").textContent = `The board refused these figures: ${said.error ?? answer.status}`;
      return;
    }
  }
  $("sent").textContent = "The board does not answer any more. The figures stay on this phone.";
}

$("naming").addEventListener("submit", async (event) => {
  event.preventDefault();
  for (const file of files.filter((other) => other.body.median_s)) await send(file);
});

// ---- a page on any host: no board to send to, so a code to copy ----
function showCode() {
  const bodies = files.filter((file) => file.body.median_s).map((file) => file.body);
  $("code").hidden = false;
  $("code-text").value = codeOf(phone(), ID, bodies);
}

$("copy").onclick = () => {
  $("code-text").select();
  document.execCommand("copy"); // works where a page has no clipboard as well
};

// ---- a minute of work ----
$("heat").onclick = () => alone(async () => {
  const file = files[$("heated").value];
  const seconds = about.heat_s ?? 60;
  const pairs = [];
  const begin = performance.now();
  while (performance.now() < begin + 1000 * seconds) {
    const median = await file.second();
    pairs.push([Number(((performance.now() - begin) / 1000).toFixed(2)), median]);
    drawCurve($("curve"), pairs, seconds);
    $("heat-said").textContent = `Second ${pairs.length}: ${milliseconds(median)} for a call.`;
  }
  file.body.heat = pairs.slice(0, 120);
  const [first, last] = [pairs.slice(0, 5), pairs.slice(-5)].map((few) => quantile(few.map(([, s]) => s), 0.5));
  $("heat-said").textContent = `A call took ${(last / first).toFixed(2)} times as long in the last five seconds as in the first.`;
  await send(file);
});

// ---- a drawing, read by every open file ----
function prepareDrawing() {
  $("drawing").hidden = false;
  Object.assign($("seen"), { width: about.draw.width, height: about.draw.height });
  drawOn($("field"), strokes, read);
  $("clear").onclick = () => {
    strokes.length = 0;
    show($("field"), strokes);
    $("seen").getContext("2d").clearRect(0, 0, about.draw.width, about.draw.height);
    $("read").textContent = "";
  };
}

async function read() {
  const grey = picture(strokes, about.draw);
  showPicture($("seen"), grey, about.draw);
  const x = new Float32Array(about.draw.channels * grey.length);
  for (let i = 0; i < about.draw.channels; i++) x.set(grey, i * grey.length);
  const said = [];
  for (const { model } of files) {
    const [answer] = await call("answer", model.name, x, 1);
    const found = largest(answer);
    said.push(`${model.name} reads ${about.labels?.[found] ?? `class ${found}`}`);
  }
  $("read").textContent = said.length ? `${said.join(", ")}.` : "The files are not open yet. Draw again.";
}

alone(start);
