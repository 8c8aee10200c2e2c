// A classic worker, one thread: it opens a file in LiteRT.js or ONNX Runtime, answers images and times calls.
//
//     {id, name, args}  ->  {id, result} or {id, error}
//
// LiteRT.js takes floats, int32 and uint8 only, so files of int8 codes are fed through its lower calls, and the two steps
// that an app does around such a file are done here: q = clip(rint(x / S) + Z) and y = S (q - Z), in float32.

const folder = new URL("../runtime/", self.location.href);
const opened = new Map(); // name of a model -> {run(x) -> floats, version}
const engines = {};

const calls = {
  async open(model, bytes) {
    const engine = await (engines[model.runtime] ??= ENGINES[model.runtime]());
    const start = performance.now();
    const run = await engine.open(model, new Uint8Array(bytes));
    const loaded = performance.now();
    await run(new Float32Array(model.input.shape.reduce((all, n) => all * n, 1)));
    opened.set(model.name, run);
    return { version: engine.version, load_s: seconds(loaded - start), first_s: seconds(performance.now() - loaded) };
  },
  async answer(name, images, count) {
    const size = images.length / count;
    const answers = [];
    for (let i = 0; i < count; i++) answers.push(await opened.get(name)(images.subarray(i * size, (i + 1) * size)));
    return answers;
  },
  async time(name, image, count) {
    const run = opened.get(name);
    const start = performance.now();
    for (let i = 0; i < count; i++) await run(image);
    return (performance.now() - start) / 1000;
  },
};

self.onmessage = async ({ data }) => {
  try {
    self.postMessage({ id: data.id, result: await calls[data.name](...data.args) });
  } catch (error) {
    self.postMessage({ id: data.id, error: String(error?.message ?? error) });
  }
};

const seconds = (milliseconds) => Math.max(milliseconds, 0.001) / 1000; // a coarse timer may say 0

async function version(name) {
  const answer = await fetch(new URL(`${name}/package.json`, folder));
  if (!answer.ok) throw new Error(`The files of ${name} are not here: run "edukit phone fetch" on the computer.`);
  return (await answer.json()).version;
}

const ENGINES = {
  async litert() {
    const found = await version("litertjs-core");
    const { loadLiteRt } = await import(new URL("litertjs-core/index.js", folder));
    self.Module = { locateFile: (name) => new URL(`litertjs-core/${name}`, folder).href };
    const loaded = await loadLiteRt(new URL("litertjs-core/", folder).href);
    return { version: found, open: (model, bytes) => openLiteRt(loaded, model, bytes) };
  },
  async "onnxruntime-web"() {
    const found = await version("onnxruntime-web");
    importScripts(new URL("onnxruntime-web/ort.wasm.min.js", folder));
    ort.env.wasm.numThreads = 1;
    ort.env.wasm.wasmPaths = new URL("onnxruntime-web/", folder).href;
    await ort.InferenceSession.create(new Uint8Array(1)).catch(() => {}); // loads the runtime: no model's time
    return { version: found, open: openOnnx };
  },
};

async function openOnnx(model, bytes) {
  const session = await ort.InferenceSession.create(bytes, { executionProviders: ["wasm"] });
  const [input] = session.inputNames;
  const [output] = session.outputNames;
  return async (x) => {
    const tensor = new ort.Tensor("float32", x, model.input.shape);
    const answers = await session.run({ [input]: tensor });
    return Float32Array.from(answers[output].data);
  };
}

async function openLiteRt(loaded, model, bytes) {
  const wasm = loaded.liteRtWasm;
  const environment = loaded.getDefaultEnvironment();
  const inside = environment.liteRtEnvironment;
  const place = wasm._malloc(bytes.length);
  wasm.HEAPU8.set(bytes, place);
  const file = wasm.loadModel(inside, place, bytes.length);
  const one = { environment, accelerator: "wasm", cpuOptions: { numThreads: 1 }, gpuOptions: {}, webNNOptions: {} };
  const compiled = await wasm.compileModel(inside, file, one);
  const type = file.getInputTensorType(0, 0);
  const buffer = wasm.LiteRtTensorBuffer.createManaged(inside, wasm.LiteRtTensorBufferType.HOST_MEMORY, type, type.bytes());
  const { READ, WRITE } = wasm.LiteRtTensorBufferLockMode;
  const codes = coder(model.input);
  const values = decoder(model.output);
  return async (x) => {
    const from = codes(x);
    wasm.HEAPU8.set(new Uint8Array(from.buffer, from.byteOffset, from.byteLength), buffer.lock(WRITE));
    buffer.unlock();
    const [answer] = await compiled.run(0, [buffer]);
    const start = answer.lock(READ);
    const content = wasm.HEAPU8.slice(start, start + answer.packedSize());
    answer.unlock();
    answer.delete();
    return values(content.buffer);
  };
}

const CODES = { int8: [Int8Array, -128, 127], uint8: [Uint8Array, 0, 255] };

function coder({ dtype, shape, scale, zero_point }) {
  if (scale === undefined) return (x) => x;
  const [Kind, least, most] = CODES[dtype];
  const codes = new Kind(shape.reduce((all, n) => all * n, 1));
  return (x) => {
    for (let i = 0; i < codes.length; i++) {
      codes[i] = Math.min(most, Math.max(least, rint(Math.fround(x[i] / scale)) + zero_point));
    }
    return codes;
  };
}

function decoder({ dtype, scale, zero_point }) {
  if (scale === undefined) return (buffer) => new Float32Array(buffer);
  const [Kind] = CODES[dtype];
  return (buffer) => {
    const codes = new Kind(buffer);
    const values = new Float32Array(codes.length);
    for (let i = 0; i < codes.length; i++) values[i] = (codes[i] - zero_point) * scale;
    return values;
  };
}

function rint(x) { // half to even, as numpy and the runtimes round
  const below = Math.floor(x);
  const rest = x - below;
  return rest > 0.5 || (rest === 0.5 && below % 2 !== 0) ? below + 1 : below;
}
