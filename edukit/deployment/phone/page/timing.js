// One file: opened, asked about all images, warmed up, and then timed sample by sample.
//
//     50 calls and half a second to warm up  ->  samples of at least 30 ms: 3 for a first figure,
//     then, in turns with the other files, at least 10 of them and 300 calls
//
// The clock of a browser steps by 0.1 to 1 ms, so a sample holds as many calls as fill 30 ms. A browser compiles
// WebAssembly twice, quickly at first, so the first calls of a small file are several times slower than all later ones.

import { call } from "./asking.js";
import { crc32, largest, quantile } from "./figures.js";

const WARM_S = 0.5;
const SAMPLES = 10;
export const QUICK = 3; // samples before the first figure
const PATIENCE_S = 20; // of one file; its figures are then those of fewer calls
const MOST = 100000; // calls in a sample

export class Timed {
  constructor(model, about) {
    Object.assign(this, { model, about });
  }

  restart() {
    Object.assign(this, { samples: [], counted: 0, spent: 0, finished: false });
  }

  async open(images) {
    const answer = await fetch(this.model.file, { cache: "no-store" });
    if (!answer.ok) throw new Error("the file cannot be loaded");
    const found = await call("open", this.model, await answer.arrayBuffer());
    const count = this.about.images.shape[0];
    this.image = images.slice(0, images.length / count);
    const answers = await call("answer", this.model.name, images, count);
    const { name, runtime } = this.model;
    this.body = { model: name, runtime, ...found, calls: 0, predictions: answers.map(largest), crc: crc32(answers), heat: [] };
    this.restart();
    await this.warmUp();
  }

  async warmUp() {
    const calls = this.about.warm_up;
    let last;
    for (let spent = 0; spent < WARM_S; spent += last) last = await this.time(calls);
    this.calls = this.fitting(calls, last);
  }

  async sample() {
    const elapsed = await this.time(this.calls);
    this.spent += elapsed;
    if (elapsed < this.about.sample_s && this.calls < MOST && this.spent < PATIENCE_S) { // faster than before
      this.calls = this.fitting(this.calls, elapsed);
      return;
    }
    this.samples.push(elapsed / this.calls);
    this.counted += this.calls;
    this.body.calls = this.counted;
    this.body.median_s = quantile(this.samples, 0.5);
    this.body.p90_s = quantile(this.samples, 0.9);
    const enough = this.samples.length >= SAMPLES && this.counted >= this.about.calls;
    this.finished = enough || (this.spent > PATIENCE_S && this.samples.length >= QUICK);
  }

  async second() { // the median of a second without a pause
    const samples = [];
    for (const end = performance.now() + 1000; performance.now() < end; ) {
      samples.push((await this.time(this.calls)) / this.calls);
    }
    return quantile(samples, 0.5);
  }

  time(calls) {
    return call("time", this.model.name, this.image, calls);
  }

  fitting(calls, elapsed) { // how many calls fill a sample, with a tenth to spare
    return Math.min(Math.max(Math.ceil((1.1 * this.about.sample_s * calls) / Math.max(elapsed, 0.0005)), 1), MOST);
  }
}
