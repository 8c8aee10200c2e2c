// A result code: everything a phone would post, but for the curve, as letters to copy. hosted.py reads it.
//
//     1, id, phone, how many, {model, runtime, version, 4 times, calls, crc, predictions} ..., CRC-32  ->  base64url

import { crc32 } from "./figures.js";

const TIMES = ["median_s", "p90_s", "load_s", "first_s"];

export function codeOf(phone, id, bodies) {
  const bytes = [1, ...pairs(id), ...text(phone), bodies.length];
  for (const body of bodies) {
    bytes.push(...text(body.model), ...text(body.runtime), ...text(body.version));
    for (const name of TIMES) bytes.push(...four("setFloat32", body[name]));
    for (const name of ["calls", "crc"]) bytes.push(...four("setUint32", body[name]));
    bytes.push(body.predictions.length, ...packed(body.predictions));
  }
  bytes.push(...four("setUint32", crc32([Uint8Array.from(bytes)])));
  const letters = btoa(String.fromCharCode(...bytes));
  return letters.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

function text(words) { // its length in front
  const bytes = new TextEncoder().encode(words);
  return [bytes.length, ...bytes];
}

function four(kind, value) { // bytes, the highest first
  const view = new DataView(new ArrayBuffer(4));
  view[kind](0, value);
  return new Uint8Array(view.buffer);
}

function packed(predictions) { // as many hexadecimal digits for each as the largest needs
  const digits = Math.max(...predictions).toString(16).length;
  const all = predictions.map((number) => number.toString(16).padStart(digits, "0")).join("");
  return [digits, ...pairs(all.length % 2 ? `${all}0` : all)];
}

const pairs = (digits) => digits.match(/../g).map((pair) => parseInt(pair, 16));
