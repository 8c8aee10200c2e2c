// A panel's frames in the browser: a key or a click shows another picture and its sentence, without the kernel.
//
//   stop of each control ─> state ─> frame { png, sentence } ─> <img src alt> and <figcaption>
//
//   render   in a notebook: ipywidgets are the controls, the kernel draws each frame that is asked for, once
//   page     in a page: native controls, and all the frames are there

const PLAY_MS = 200;

const stateOf = (stops, counts) => stops.reduce((state, stop, i) => state * counts[i] + stop, 0);

function put(figure, { png, sentence }) {
  const picture = figure.querySelector("img");
  picture.src = `data:image/png;base64,${png}`;
  picture.alt = sentence;
  figure.querySelector("figcaption").textContent = sentence;
}

// A button that moves a control { last, at(), go(stop) } from its first stop to its last.
function playButton(control, name) {
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches; // then one stop for each press
  const button = document.createElement("button");
  let timer;
  let place;
  const says = (word) => {
    button.textContent = word;
    button.setAttribute("aria-label", `${word} ${name}`);
  };
  const stop = () => {
    timer = clearInterval(timer);
    says(calm ? "next" : "play");
  };
  const next = () => {
    place += 1;
    if (place <= control.last) control.go(place);
    if (place >= control.last) stop();
  };
  const play = () => {
    place = 0;
    control.go(place);
    timer = setInterval(next, PLAY_MS);
    says("stop");
  };
  const press = () => {
    if (calm) control.go((control.at() + 1) % (control.last + 1));
    else if (timer) stop();
    else play();
  };
  button.type = "button";
  button.className = "edukit-play";
  button.addEventListener("click", press);
  stop();
  return { button, stop };
}

// ipywidgets' models: buttons have an index, a box to tick a boolean, sliders a value on a grid.
function modelControl(model, count) {
  const grid = () => [model.get("min") ?? 0, model.get("step") ?? 1];
  const at = () => {
    const [min, step] = grid();
    return model.get("index") ?? Math.round((model.get("value") - min) / step);
  };
  const go = (stop) => {
    const [min, step] = grid();
    const buttons = model.get("index") !== undefined;
    model.set(buttons ? "index" : "value", buttons ? stop : Number((min + stop * step).toFixed(10)));
    model.save_changes();
  };
  return { last: count - 1, at, go };
}

async function render({ model, el }) {
  const find = (reference) => model.widget_manager.get_model(reference.replace("IPY_MODEL_", ""));
  const counts = model.get("counts");
  const models = await Promise.all(model.get("controls").map(find));
  const image = await find(model.get("image"));
  const controls = models.map((control, i) => modelControl(control, counts[i]));
  const frames = new Map();
  const missing = new Set();
  const state = () => stateOf(controls.map((control) => control.at()), counts);
  let waiting = false;

  const show = () => {
    if (!frames.get(state())?.png) return; // the kernel is drawing it, or could not
    const figure = document.createElement("template").content.appendChild(document.createElement("div"));
    figure.innerHTML = image.get("value");
    put(figure, frames.get(state()));
    image.set("value", figure.innerHTML); // here only: the kernel is not told
  };
  const ask = () => {
    el.dataset.missing = missing.size;
    if (waiting || !missing.size) return;
    const here = state();
    const nearest = [...missing].reduce((a, b) => (Math.abs(b - here) < Math.abs(a - here) ? b : a));
    waiting = true;
    model.send({ state: nearest });
  };
  const forget = () => {
    frames.clear();
    for (const state of Array(model.get("states")).keys()) missing.add(state);
    waiting = false;
    ask();
  };
  const take = (frame) => {
    if (frame.forget) return forget();
    frames.set(frame.state, frame);
    missing.delete(frame.state);
    waiting = false;
    if (frame.state === state()) show();
    ask();
  };
  const move = () => {
    show();
    ask();
  };
  model.on("msg:custom", take);
  for (const control of models) control.on("change", move);
  forget();

  const play = model.get("play");
  const player = play === null ? null : playButton(controls[play], models[play].get("description"));
  if (player) el.append(player.button);
  return () => {
    player?.stop();
    model.off("msg:custom", take);
    for (const control of models) control.off("change", move);
  };
}

// A native control of a form: a range, a group of radio buttons or a box to tick.
function fieldControl(form, name, count) {
  const field = form.elements.namedItem(name); // a control may be named "length"
  const at = () => {
    if (field.type === "range") return Math.round((field.value - field.min) / field.step);
    return Number(field.type === "checkbox" ? field.checked : field.value);
  };
  const go = (stop) => {
    field.value = field.type === "range" ? Number(field.min) + stop * field.step : stop;
    form.dispatchEvent(new Event("input"));
  };
  return { last: count - 1, at, go };
}

function page(form) {
  const { names, counts, pngs, states, play } = JSON.parse(form.querySelector("script").textContent);
  const controls = names.map((name, i) => fieldControl(form, name, counts[i]));
  const show = () => {
    const [png, sentence] = states[stateOf(controls.map((control) => control.at()), counts)];
    put(form, { png: pngs[png], sentence });
    for (const range of form.querySelectorAll("[type=range]")) {
      const decimals = range.step.split(".")[1] ?? "";
      range.closest("div").querySelector("span").textContent = range.valueAsNumber.toFixed(decimals.length);
    }
  };
  form.dataset.moves = true;
  form.addEventListener("input", show);
  form.addEventListener("submit", (event) => event.preventDefault());
  if (play !== null) form.querySelector("div").append(playButton(controls[play], names[play]).button);
  show();
}

export default { render, page };
