// The browser's half of every live widget. It draws the scene that Python sends (scene.py says what is in one), and sends
// back what a hand does. It knows marks and controls; it knows no widget, and computes nothing.

const SVG = "http://www.w3.org/2000/svg";
const PATIENCE = 4000; // milliseconds until it says that Python does not answer
const OURS = { "data-lm-suppress-shortcuts": "true" }; // keys pressed here are not JupyterLab's; on whatever takes the focus

function make(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  set(node, attributes);
  node.append(...children);
  return node;
}

function draw(tag, attributes = {}) {
  return set(document.createElementNS(SVG, tag), attributes);
}

function set(node, attributes) {
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  return node;
}

// The children of `parent`, one for each item, kept from scene to scene by the item's name: what has the focus, or is
// under the finger, must not be replaced.
function keep(views, parent, items, build) {
  const wanted = new Set(items.map((item) => item.name));
  for (const [name, view] of views) {
    if (wanted.has(name)) continue;
    view.root.remove();
    views.delete(name);
  }
  items.forEach((item, place) => {
    let view = views.get(item.name);
    if (view && view.kind !== item.kind) {
      view.root.remove();
      view = undefined;
    }
    if (!view) {
      view = build(item);
      view.kind = item.kind;
      views.set(item.name, view);
    }
    if (parent.children[place] !== view.root) parent.insertBefore(view.root, parent.children[place] ?? null);
    view.update(item);
  });
}

// One message in flight. What a drag sends meanwhile is replaced by what it sends next; a stroke is joined to the
// piece that it goes on from.
function post(model, root, stalled, settled) {
  const waiting = [];
  let timer = 0;
  // Jupyter's server holds a packet back until the one before is acknowledged (Nagle), and the system acknowledges after
  // 40 ms unless there is something to send. So the kernel's "busy" is answered, or the scene would wait behind it.
  const heard = (status) => status.content.execution_state === "busy" && model.send({ kind: "heard" });
  function next() {
    root.dataset.busy = timer !== 0 || waiting.length > 0;
    if (timer || !waiting.length) return;
    timer = setTimeout(() => {
      timer = 0;
      waiting.length = 0;
      root.dataset.busy = false;
      stalled(true);
    }, PATIENCE);
    try {
      model.send(waiting.shift(), { iopub: { status: heard } });
    } catch {
      stalled(true);
    }
  }
  // A scene comes with its answer, in either order. The next message waits until it was drawn: `ahead` must still be true.
  const answered = () => {
    clearTimeout(timer);
    timer = 0;
    stalled(false);
    next();
    if (send.idle()) settled(); // what was answered with no change has brought no scene
  };
  model.on("change:answered", () => queueMicrotask(answered));
  function send(event) {
    const last = waiting.at(-1);
    const same = last && last.kind === event.kind && last.name === event.name;
    const stroke = event.kind === "stroke";
    const goesOn = same && stroke && String(last.points.at(-1)) === String(event.points[0]);
    if (goesOn) last.points.push(...event.points);
    else if (same && !stroke && event.kind !== "press") waiting[waiting.length - 1] = event;
    else waiting.push(event);
    next();
  }
  send.ahead = () => waiting.length > 0; // the hand has moved on since what is being answered
  send.idle = () => !timer && !waiting.length;
  return send;
}

// Panels

function scales(panel) {
  const margin = panel.ticks
    ? { left: panel.ylabel ? 58 : 42, right: 14, top: panel.title ? 28 : 10, bottom: panel.xlabel ? 44 : 26 }
    : { left: 4, right: 4, top: panel.title ? 26 : 4, bottom: 4 };
  const flat = (y) => (panel.log ? Math.log10(Math.max(y, 1e-300)) : y);
  const [x0, x1] = panel.x;
  const [y0, y1] = panel.y.map(flat);
  const wide = panel.width - margin.left - margin.right;
  const high = panel.height - margin.top - margin.bottom;
  return {
    ...margin,
    wide,
    high,
    px: (x) => margin.left + ((x - x0) / (x1 - x0)) * wide,
    py: (y) => margin.top + ((y1 - flat(y)) / (y1 - y0)) * high,
    x: (px) => x0 + ((px - margin.left) / wide) * (x1 - x0),
    y: (py) => {
      const y = y1 - ((py - margin.top) / high) * (y1 - y0);
      return panel.log ? 10 ** y : y;
    },
  };
}

function ticks(low, high, log) {
  if (log) {
    const first = Math.ceil(Math.log10(low) - 1e-9);
    const last = Math.floor(Math.log10(high) + 1e-9);
    const stride = Math.max(1, Math.ceil((last - first) / 6));
    const powers = [];
    for (let power = first; power <= last; power += stride) powers.push(10 ** power);
    return powers;
  }
  const rough = (high - low) / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].find((factor) => factor * power >= rough) * power;
  const values = [];
  for (let k = Math.ceil(low / step - 1e-9); k * step <= high + step * 1e-9; k++) values.push(k * step);
  return values;
}

function tell(value) {
  const size = Math.abs(value);
  if (value !== 0 && (size >= 1e5 || size < 1e-3)) return value.toExponential(0).replace("e+", "e").replace("-", "−");
  return String(+value.toPrecision(4)).replace("-", "−");
}

function axes(group, panel, scale) {
  group.replaceChildren();
  const words = (text, x, y, more = {}) => {
    const node = draw("text", { x, y, class: "nnbook-axis", "text-anchor": "middle", ...more });
    node.textContent = text;
    group.append(node);
  };
  if (panel.title) words(panel.title, panel.width / 2, 17, { class: "nnbook-panel-title" });
  if (!panel.ticks) return;
  const bottom = scale.top + scale.high;
  const d = `M${scale.left},${scale.top}V${bottom}H${scale.left + scale.wide}`;
  group.append(draw("path", { d, class: "nnbook-frame" }));
  const across = ticks(...panel.x, false);
  const wide = 7.5 * Math.max(...across.map((x) => tell(x).length)) + 8; // pixels that the longest number takes
  const every = Math.ceil(wide / (scale.px(across[1]) - scale.px(across[0]))) || 1;
  across.forEach((x, k) => {
    group.append(draw("path", { d: `M${scale.px(x)},${bottom}v5`, class: "nnbook-frame" }));
    if (k % every === 0) words(tell(x), scale.px(x), bottom + 17);
  });
  for (const y of ticks(...panel.y, panel.log)) {
    group.append(draw("path", { d: `M${scale.left},${scale.py(y)}h-5`, class: "nnbook-frame" }));
    words(tell(y), scale.left - 8, scale.py(y) + 4, { "text-anchor": "end" });
  }
  if (panel.xlabel) words(panel.xlabel, scale.left + scale.wide / 2, panel.height - 6);
  if (panel.ylabel) {
    const middle = scale.top + scale.high / 2;
    words(panel.ylabel, 13, middle, { transform: `rotate(-90 13 ${middle})` });
  }
}

function outline(shape, x, y, size) {
  const r = size / 2;
  if (shape === "s") return `M${x - r},${y - r}h${size}v${size}h${-size}Z`;
  if (shape === "^") return `M${x},${y - r}l${r},${size}h${-size}Z`;
  if (shape === "x") return `M${x - r},${y - r}l${size},${size}M${x - r},${y + r}l${size},${-size}`;
  return `M${x - r},${y}a${r},${r} 0 1 0 ${size},0a${r},${r} 0 1 0 ${-size},0Z`;
}

const PAINT = {
  line(mark, scale) {
    let d = "";
    let pen = "M";
    mark.x.forEach((x, i) => {
      const y = mark.y[i];
      if (x === null || y === null) pen = "M";
      else {
        d += `${pen}${scale.px(x).toFixed(1)},${scale.py(y).toFixed(1)}`;
        pen = "L";
      }
    });
    const look = { stroke: mark.color, "stroke-width": mark.width, "stroke-dasharray": mark.dash };
    return [draw("path", { d, fill: "none", opacity: mark.opacity, ...look })];
  },
  arrow(mark, scale) {
    const [x0, y0, x1, y1] = [scale.px(mark.x), scale.py(mark.y), scale.px(mark.to_x), scale.py(mark.to_y)];
    const turn = Math.atan2(y1 - y0, x1 - x0);
    const head = 6 + mark.width * 1.5;
    const wing = (side) => {
      const a = turn + Math.PI + side * 0.42;
      return `${x1 + head * Math.cos(a)},${y1 + head * Math.sin(a)}`;
    };
    const end = [x1 - 0.8 * head * Math.cos(turn), y1 - 0.8 * head * Math.sin(turn)];
    const nodes = [
      draw("path", { d: `M${x0},${y0}L${end}`, stroke: mark.color, "stroke-width": mark.width }),
      draw("path", { d: `M${x1},${y1}L${wing(1)}L${wing(-1)}Z`, fill: mark.color }),
    ];
    if (mark.text) {
      const node = draw("text", { x: (x0 + x1) / 2 + 6, y: (y0 + y1) / 2 - 4, fill: mark.color, "font-size": 12 });
      node.textContent = mark.text;
      nodes.push(node);
    }
    return nodes;
  },
  dots(mark, scale) {
    const nodes = [];
    mark.x.forEach((x, i) => {
      if (x === null || mark.y[i] === null) return;
      const color = Array.isArray(mark.color) ? mark.color[i] : mark.color;
      const d = outline(mark.shape, scale.px(x), scale.py(mark.y[i]), mark.size);
      const open = mark.shape === "x";
      nodes.push(draw("path", { d, fill: open ? "none" : color, stroke: open ? color : mark.edge }));
    });
    return nodes;
  },
  bars(mark, scale) {
    const nodes = [];
    mark.x.forEach((x, i) => {
      if (x === null || mark.y[i] === null) return;
      const fill = Array.isArray(mark.color) ? mark.color[i] : mark.color;
      const left = scale.px(x - mark.width / 2);
      const [a, b] = [scale.py(mark.base), scale.py(mark.y[i])];
      const width = scale.px(x + mark.width / 2) - left;
      const place = { x: left, y: Math.min(a, b), width, height: Math.abs(a - b) };
      nodes.push(draw("rect", { ...place, fill, opacity: mark.opacity }));
    });
    return nodes;
  },
  rect(mark, scale) {
    const look = { fill: mark.fill, stroke: mark.edge, "stroke-width": mark.width, opacity: mark.opacity };
    return [draw("rect", { ...box(mark.x, mark.x + mark.w, mark.y, mark.y + mark.h, scale), ...look })];
  },
  write(mark, scale) {
    const look = { "text-anchor": mark.anchor, "font-size": mark.size, fill: mark.color };
    const weight = mark.bold ? 700 : 400;
    const at = { x: scale.px(mark.x), y: scale.py(mark.y) + 0.35 * mark.size };
    const lines = mark.text.split("\n");
    return lines.map((line, i) => {
      const y = at.y + (i - (lines.length - 1) / 2) * 1.25 * mark.size;
      const node = draw("text", { ...look, x: at.x, y, "font-weight": weight });
      if (mark.halo) node.classList.add("nnbook-halo");
      node.textContent = line;
      return node;
    });
  },
};

function box(x0, x1, y0, y1, scale) {
  const [a, b] = [scale.px(x0), scale.px(x1)];
  const [c, d] = [scale.py(y0), scale.py(y1)];
  return { x: Math.min(a, b), y: Math.min(c, d), width: Math.abs(a - b), height: Math.abs(c - d) };
}

function heat(context, mark, scale) {
  const pixels = new ImageData(mark.columns, mark.rows);
  const { buffer, byteOffset, byteLength } = mark.colors;
  const colors = new Uint8Array(buffer, byteOffset, byteLength);
  for (let i = 0, j = 0; i < pixels.data.length; i += 4, j += 3) {
    pixels.data[i] = colors[j];
    pixels.data[i + 1] = colors[j + 1];
    pixels.data[i + 2] = colors[j + 2];
    pixels.data[i + 3] = 255;
  }
  const small = make("canvas", { width: mark.columns, height: mark.rows });
  small.getContext("2d").putImageData(pixels, 0, 0);
  const place = box(...mark.extent, scale);
  context.imageSmoothingEnabled = mark.smooth;
  context.drawImage(small, place.x, place.y, place.width, place.height);
}

function panelView(first, send) {
  const canvas = make("canvas");
  const picture = draw("svg", { role: "group" });
  const [frame, marks, hands] = ["axes", "marks", "hands"].map((part) => draw("g", { class: `nnbook-${part}` }));
  const clip = draw("clipPath", { id: `nnbook-${crypto.getRandomValues(new Uint32Array(2)).join("-")}` });
  const opening = draw("rect");
  clip.append(opening);
  picture.append(clip, frame, marks, hands);
  const root = make("div", { class: "nnbook-panel", "data-name": first.name }, canvas, picture);
  const views = new Map();
  const here = { scale: scales(first), svg: picture, send };
  function update(panel) {
    here.panel = panel;
    const scale = (here.scale = scales(panel));
    root.style.width = `${panel.width}px`;
    root.style.minWidth = `${0.7 * panel.width}px`; // where it would be smaller, and not to be read, it scrolls
    root.style.aspectRatio = `${panel.width} / ${panel.height}`;
    set(picture, { viewBox: `0 0 ${panel.width} ${panel.height}`, "aria-label": panel.label });
    axes(frame, panel, scale);
    const sharp = Math.min(2, window.devicePixelRatio || 1);
    canvas.width = panel.width * sharp;
    canvas.height = panel.height * sharp;
    const context = canvas.getContext("2d");
    context.scale(sharp, sharp);
    set(opening, { x: scale.left - 1, y: scale.top - 1, width: scale.wide + 2, height: scale.high + 2 });
    const nodes = [];
    for (const mark of panel.marks) {
      if (mark.kind === "heat") heat(context, mark, scale);
      else if (mark.kind in PAINT) {
        const painted = PAINT[mark.kind](mark, scale);
        if (mark.kind === "line" || mark.kind === "bars") {
          for (const node of painted) node.setAttribute("clip-path", `url(#${clip.id})`);
        }
        nodes.push(...painted);
      }
    }
    marks.replaceChildren(...nodes);
    const live = panel.marks.filter((mark) => mark.name && mark.kind in HANDS);
    keep(views, hands, live, (mark) => HANDS[mark.kind](here));
  }
  const settle = () => views.forEach((view) => view.settle?.());
  return { root, update, settle };
}

// What can be touched

function inside(here, event) {
  const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(here.svg.getScreenCTM().inverse());
  return [here.scale.x(point.x), here.scale.y(point.y)];
}

function within(value, a, b) {
  return Math.min(Math.max(value, Math.min(a, b)), Math.max(a, b));
}

function arrows(event, panel, mark) {
  const unit = mark.step || (panel.x[1] - panel.x[0]) / 50;
  const tall = mark.step || Math.abs(panel.y[1] - panel.y[0]) / 50;
  const far = event.shiftKey ? 5 : 1;
  const up = panel.y[1] >= panel.y[0] ? 1 : -1;
  return {
    ArrowLeft: [-unit * far, 0],
    ArrowRight: [unit * far, 0],
    ArrowUp: [0, up * tall * far],
    ArrowDown: [0, -up * tall * far],
  }[event.key];
}

const HANDS = {
  handle(here) {
    const root = draw("g", { tabindex: 0, role: "slider", class: "nnbook-handle", ...OURS });
    const reach = draw("circle", { r: 16, fill: "transparent" });
    const shape = draw("path", { class: "nnbook-grip" });
    root.append(reach, shape);
    let latest; // as Python has it
    let mark; // as it is drawn
    let held = false;
    function place() {
      const [x, y] = [here.scale.px(mark.x), here.scale.py(mark.y)];
      set(reach, { cx: x, cy: y });
      set(shape, { d: outline(mark.shape, x, y, mark.size), fill: mark.color });
    }
    function move(x, y) {
      const { panel } = here;
      if (mark.along !== "y") mark.x = within(x, ...panel.x);
      if (mark.along !== "x") mark.y = within(y, ...panel.y);
      place();
      here.send({ kind: "move", name: mark.name, x: mark.x, y: mark.y });
    }
    root.addEventListener("pointerdown", (event) => {
      held = true;
      root.setPointerCapture(event.pointerId);
      root.focus();
      event.preventDefault();
    });
    root.addEventListener("pointermove", (event) => held && move(...inside(here, event)));
    for (const end of ["pointerup", "pointercancel"]) {
      root.addEventListener(end, () => {
        held = false;
        if (here.send.idle()) show(); // to where Python has put it
      });
    }
    root.addEventListener("keydown", (event) => {
      const by = arrows(event, here.panel, mark);
      if (!by) return;
      event.preventDefault();
      move(mark.x + by[0], mark.y + by[1]);
    });
    function update(item) {
      latest = item;
      show();
    }
    function show() {
      const mine = mark && (held || here.send.ahead()); // the way that it moves is the hand's, the other way Python's
      const [x, y] = [mine && latest.along !== "y" ? mark.x : latest.x, mine && latest.along !== "x" ? mark.y : latest.y];
      mark = { ...latest, x, y };
      place();
      const [axis, value] = mark.along === "y" ? [here.panel.y, mark.y] : [here.panel.x, mark.x];
      set(root, { "aria-label": mark.label, "data-name": mark.name, "aria-valuetext": mark.says || tell(value) });
      set(root, { "aria-valuemin": axis[0], "aria-valuemax": axis[1], "aria-valuenow": value });
    }
    return { root, update, settle: () => held || show() };
  },
  rect(here) {
    const root = draw("rect", { tabindex: 0, role: "button", class: "nnbook-press", fill: "transparent", ...OURS });
    const press = () => here.send({ kind: "press", name: root.dataset.name });
    root.addEventListener("click", press);
    root.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      press();
    });
    function update(mark) {
      set(root, box(mark.x, mark.x + mark.w, mark.y, mark.y + mark.h, here.scale));
      set(root, { "aria-label": mark.label || mark.name, "data-name": mark.name });
    }
    return { root, update };
  },
  pad(here) {
    const root = draw("g", { tabindex: 0, role: "application", class: "nnbook-pad", ...OURS });
    const ground = draw("rect", { fill: "transparent" });
    const ink = draw("path", { fill: "none", "stroke-linecap": "round", "stroke-linejoin": "round" });
    const pen = draw("circle", { class: "nnbook-pen", fill: "none" });
    root.append(ground, ink, pen);
    let mark;
    let last = null; // where the pen is while a stroke is being drawn by hand
    let at = null; // where the keyboard's pen is
    let down = false;
    function stroke(points) {
      here.send({ kind: "stroke", name: mark.name, points });
      const d = points.map(([x, y], i) => `${i ? "L" : "M"}${here.scale.px(x)},${here.scale.py(y)}`).join("");
      ink.setAttribute("d", (ink.getAttribute("d") ?? "") + d);
    }
    root.addEventListener("pointerdown", (event) => {
      root.setPointerCapture(event.pointerId);
      root.focus();
      event.preventDefault();
      last = inside(here, event);
      stroke([last, last]);
    });
    root.addEventListener("pointermove", (event) => {
      if (!last) return;
      const points = (event.getCoalescedEvents?.() ?? [event]).map((each) => inside(here, each));
      stroke([last, ...points]);
      last = points.at(-1) ?? last;
    });
    for (const end of ["pointerup", "pointercancel"]) root.addEventListener(end, () => (last = null));
    root.addEventListener("keydown", (event) => {
      const by = arrows(event, here.panel, mark);
      if (by) {
        const [x0, x1, y0, y1] = mark.extent;
        const next = [within(at[0] + by[0], x0, x1), within(at[1] + by[1], y0, y1)];
        if (down) stroke([at, next]);
        at = next;
      } else if (event.key === " ") {
        down = !down;
        if (down) stroke([at, at]);
      } else return;
      event.preventDefault();
      showPen();
    });
    function showPen() {
      set(pen, { cx: here.scale.px(at[0]), cy: here.scale.py(at[1]), r: 7, "data-down": down });
    }
    function update(item) {
      mark = item;
      const [x0, x1, y0, y1] = mark.extent;
      at ??= [(x0 + x1) / 2, (y0 + y1) / 2];
      set(ground, box(x0, x1, y0, y1, here.scale));
      const thick = Math.abs(here.scale.px(mark.thick) - here.scale.px(0));
      set(ink, { stroke: mark.color, "stroke-width": thick });
      set(root, { "aria-label": `${mark.label} Arrow keys move the pen, space sets it down or lifts it.` });
      set(root, { "data-name": mark.name });
      if (!here.send.ahead()) settle();
      showPen();
    }
    const settle = () => ink.setAttribute("d", ""); // what was drawn is in the scene now
    return { root, update, settle };
  },
};

// Controls

function control(first, send) {
  const words = make("span", { class: "nnbook-label" });
  const input = make(first.kind === "choice" ? "select" : "input", OURS);
  const value = make("output");
  const root = make("label", { class: `nnbook-control nnbook-${first.kind}` }, words, input, value);
  let item = first;
  const give = (what) => send({ kind: "set", name: item.name, value: what });
  const kinds = {
    slider() {
      input.type = "range";
      input.addEventListener("input", () => give(item.log ? 10 ** +input.value : +input.value));
    },
    choice() {
      input.addEventListener("change", () => give(input.value));
    },
    flag() {
      input.type = "checkbox";
      input.addEventListener("change", () => give(input.checked));
    },
    text() {
      input.type = "text";
      const done = () => input.value !== item.value && give(input.value); // once: leaving after Enter says nothing new
      input.addEventListener("change", done);
      input.addEventListener("keydown", (event) => event.key === "Enter" && done());
    },
  };
  kinds[first.kind]();
  function update(next) {
    item = next;
    words.textContent = item.label;
    set(input, { "data-name": item.name });
    if (item.kind === "slider") {
      set(input, { min: item.low, max: item.high, step: item.step, "aria-valuetext": item.says });
      value.textContent = item.says;
    }
    if (item.kind === "choice" && input.options.length !== item.options.length) {
      input.replaceChildren(...item.options.map((name) => make("option", { value: name }, name)));
    }
    if (item.kind === "text") input.maxLength = item.longest;
    if (send.ahead() && input === input.getRootNode().activeElement) return;
    if (item.kind === "flag") input.checked = item.value;
    else input.value = item.value;
  }
  return { root, update };
}

function button(first, send) {
  const root = make("button", { type: "button", "data-name": first.name, ...OURS });
  let on;
  root.addEventListener("click", () => on && send({ kind: "press", name: first.name }));
  function update(item) {
    on = item.enabled;
    root.textContent = item.label;
    root.setAttribute("aria-disabled", !on); // not `disabled`, which would take the focus away
    root.classList.toggle("nnbook-primary", item.primary);
    if (item.pressed !== null) root.setAttribute("aria-pressed", item.pressed);
  }
  return { root, update };
}

function render({ model, el }) {
  const part = (name, attributes = {}) => make("div", { class: `nnbook-${name}`, ...attributes });
  const [title, panels, controls, buttons] = ["title", "panels", "controls", "buttons"].map((name) => part(name));
  const caption = part("caption");
  const says = part("says", { role: "status", "aria-live": "polite" });
  const code = make("pre", { class: "nnbook-code", tabindex: 0, "aria-label": "This state as Python", ...OURS });
  const root = part("stage", { role: "group" });
  root.append(title, caption, panels, says, controls, buttons, code);
  el.append(root);
  const note = "Python does not answer. If a cell is running, wait for it; if the kernel was restarted, run this cell again.";
  const stalled = (so) => {
    if (so) say(note);
    says.classList.toggle("nnbook-trouble", so || model.get("scene").trouble);
  };
  const settled = () => {
    views[0].forEach((panel) => panel.settle());
    say(model.get("scene").says);
  };
  const send = post(model, root, stalled, settled);
  const views = [new Map(), new Map(), new Map()];
  let tall = 0;
  function say(words, again = false) {
    if (again || says.textContent !== words) says.textContent = words;
    if (says.offsetHeight > tall) says.style.minHeight = `${(tall = says.offsetHeight)}px`; // what is below must not jump
  }
  function show() {
    const scene = model.get("scene");
    set(root, { "aria-label": scene.title, "data-widget": scene.name });
    title.textContent = scene.title;
    caption.textContent = scene.caption;
    keep(views[0], panels, scene.panels, (panel) => panelView(panel, send));
    keep(views[1], controls, scene.controls, (item) => control(item, send));
    keep(views[2], buttons, scene.buttons, (item) => button(item, send));
    const ended = !scene.playing && says.getAttribute("aria-live") === "off";
    says.setAttribute("aria-live", scene.playing ? "off" : "polite"); // ten sentences a second are read to nobody
    say(scene.says, ended);
    says.classList.toggle("nnbook-trouble", scene.trouble);
    code.textContent = scene.code;
    code.hidden = !scene.code;
  }
  show();
  model.on("change:scene", show);
  if (window.matchMedia("(prefers-reduced-motion: reduce)").matches) send({ kind: "calm", name: "", value: true });
  return () => model.off("change:scene", show);
}

export default { render };
