// Calls of the worker: each answers with a promise.

const worker = new Worker(new URL("worker.js", import.meta.url)); // a classic one: LiteRT.js needs importScripts
const waiting = new Map(); // number of a call -> the two functions of its promise
let number = 0;

worker.onmessage = ({ data: { id, result, error } }) => {
  const { done, fail } = waiting.get(id);
  waiting.delete(id);
  if (error === undefined) done(result);
  else fail(new Error(error));
};

worker.onerror = () => {
  waiting.forEach(({ fail }) => fail(new Error("This browser cannot run the worker of this page.")));
  waiting.clear();
};

export function call(name, ...args) {
  return new Promise((done, fail) => {
    number += 1;
    waiting.set(number, { done, fail });
    worker.postMessage({ id: number, name, args });
  });
}
