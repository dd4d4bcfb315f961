"use strict";
// Reads the document beside this page and lists its operations. Everything shown goes in as text, never as markup.
const base = location.pathname.replace(/\/docs\/?$/, "");
const methods = ["get", "post", "put", "patch", "delete"];
const byId = (id) => document.getElementById(id);
let spec;
let serial = 0;

function element(name, attributes, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes || {})) made.setAttribute(key, value);
  made.append(...children.filter((child) => child !== null && child !== ""));
  return made;
}

// Text with what stands between backticks as code.
function prose(text) {
  return String(text || "").split("`").map((part, at) => (at % 2 ? element("code", {}, part) : part));
}

function resolve(value) {
  if (!value || !value.$ref) return value || {};
  return value.$ref.slice(2).split("/").reduce((node, key) => node[key], spec);
}

function typeOf(schema) {
  if (schema.$ref) {
    const target = resolve(schema);
    return target.properties ? schema.$ref.split("/").pop() : typeOf(target);
  }
  if (schema.anyOf && !schema.properties) return schema.anyOf.map(typeOf).join(" or ");
  if ("const" in schema) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(", ");
  if (schema.items) return "list of " + typeOf(schema.items);
  return [schema.type || "any"].flat().join(" or ");
}

// The object whose fields a schema shows: its own, its items', or those of one of its choices.
function fieldsOf(schema) {
  const found = resolve(schema);
  if (found.properties) return found;
  if (found.items) return fieldsOf(found.items);
  for (const choice of found.anyOf || []) {
    const fields = fieldsOf(choice);
    if (fields) return fields;
  }
  return null;
}

function schemaList(schema) {
  const required = schema.required || [];
  const list = element("ul", { class: "schema" });
  for (const [name, field] of Object.entries(schema.properties)) {
    const text = [typeOf(field), required.includes(name) ? "" : "optional", resolve(field).description || ""];
    const line = element("li", {}, element("code", {}, name), " ", ...prose(text.filter(Boolean).join("; ")));
    const inner = fieldsOf(field);
    if (inner) line.append(folded("fields", () => schemaList(inner)));
    list.append(line);
  }
  for (const [pattern, field] of Object.entries(schema.patternProperties || {})) {
    list.append(element("li", {}, element("code", {}, pattern), " ", ...prose(field.description)));
  }
  return list;
}

// Filled when it is opened, so that a page of deep schemas stays light.
function folded(title, fill) {
  const made = element("details", {}, element("summary", {}, title));
  made.addEventListener("toggle", () => made.open && made.children.length === 1 && made.append(fill()));
  return made;
}

function labelled(text, control, note) {
  control.id = "control" + ++serial;
  const small = note ? element("small", { id: control.id + "note" }, ...prose(note)) : null;
  if (small) control.setAttribute("aria-describedby", small.id);
  return element("div", { class: "field" }, element("label", { for: control.id }, text), " ", control, small);
}

function parameterField(parameter, inputs) {
  const schema = resolve(parameter.schema);
  const free = schema.type === "object";
  const control = schema.enum
    ? element("select", {}, ...["", ...schema.enum].map((value) => element("option", { value }, value)))
    : element("input", { type: "text", autocomplete: "off", spellcheck: "false" });
  if (parameter.required) control.required = true;
  inputs.push({ parameter, control, free });
  const note = (parameter.description || schema.description || "") + (free ? " Here: name=value&name=value." : "");
  return labelled(parameter.name + (parameter.required ? " (required)" : ""), control, note);
}

function exampleText(value) {
  return typeof value === "string" ? value : JSON.stringify(value, null, 2);
}

function bodyField(body) {
  const [kind, media] = Object.entries(body.content)[0];
  const examples = Object.entries(media.examples || {});
  const area = element("textarea", { spellcheck: "false" });
  if (examples.length) area.value = exampleText(examples[0][1].value);
  const part = element("div", {}, element("h3", {}, "Body"));
  if (examples.length > 1) {
    const options = examples.map(([name, example]) => element("option", { value: name }, example.summary || name));
    const choice = element("select", {}, ...options);
    choice.addEventListener("change", () => {
      area.value = exampleText(media.examples[choice.value].value);
      useOwnIds(area);
    });
    part.append(labelled("Example", choice));
  }
  const fields = fieldsOf(media.schema);
  part.append(labelled("Body as it is sent", area, "Taken as: " + Object.keys(body.content).join(", ")));
  if (fields) part.append(folded("Fields of the body", () => schemaList(fields)));
  return { part, area, kind: kind === "*/*" ? "application/json" : kind };
}

function answersPart(operation) {
  const list = element("ul", { class: "schema" });
  for (const [status, given] of Object.entries(operation.responses)) {
    const response = resolve(given);
    const line = element("li", {}, element("code", {}, status), " ", ...prose(response.description));
    const media = Object.values(response.content || {})[0];
    const fields = media && fieldsOf(media.schema);
    if (fields) line.append(folded("fields", () => schemaList(fields)));
    list.append(line);
  }
  return element("div", {}, element("h3", {}, "Answers"), list);
}

const ownIds = new Map();

// The id of an object of the caller's account for a prefix, null when there is none or nobody is known.
function ownId(prefix) {
  const path = spec["x-ids"][prefix];
  const token = byId("token").value.trim();
  if (!path || !token) return null;
  if (!ownIds.has(prefix)) {
    const asked = fetch(base + path + "?limit=1", { headers: { Authorization: "Bearer " + token }, credentials: "omit" })
      .then((response) => (response.ok ? response.json() : { data: [] }))
      .then((page) => (page.data.length ? page.data[0].prefix_id : null))
      .catch(() => null);
    ownIds.set(prefix, asked);
  }
  return ownIds.get(prefix);
}

// Puts ids that exist in the place of an example's, unless somebody has written something else meanwhile.
async function useOwnIds(area) {
  const example = area.value;
  let text = example;
  for (const sample of new Set(example.match(/\b[a-z]{3}_[0-9A-Za-z]{14}\b/g))) {
    const own = await ownId(sample.slice(0, 3));
    if (own) text = text.replaceAll(sample, own);
  }
  if (area.value === example) area.value = text;
}

function addressOf(path, operation, inputs) {
  const query = new URLSearchParams();
  let filled = path;
  for (const { parameter, control, free } of inputs) {
    const value = control.value.trim();
    if (parameter.in === "path") {
      filled = filled.replace("{" + parameter.name + "}", encodeURIComponent(value));
    } else if (free) {
      for (const [name, wanted] of new URLSearchParams(value)) query.append(name, wanted);
    } else if (value) {
      query.append(parameter.name, value);
    }
  }
  const text = query.toString();
  return (operation.servers ? operation.servers[0].url : base) + filled + (text ? "?" + text : "");
}

// The call as a line for a shell; the token stays out of it.
function curlLine(method, address, operation, body) {
  const quoted = (text) => "'" + text.replaceAll("'", "'\\''") + "'";
  const parts = ["curl", "-X", method, quoted(new URL(address, location.href).href)];
  if ((operation.security || spec.security).length) parts.push("-H", '"Authorization: Bearer $TOKEN"');
  if (body) parts.push("-H", quoted("Content-Type: " + body.kind), "--data-binary", quoted(body.area.value));
  return parts.join(" ");
}

async function send(method, address, operation, body) {
  const headers = {};
  const token = byId("token").value.trim();
  const secured = (operation.security || spec.security).length > 0;
  if (secured && token) headers.Authorization = "Bearer " + token;
  if (body) headers["Content-Type"] = body.kind;
  const started = performance.now();
  const response = await fetch(address, { method, headers, body: body ? body.area.value : undefined, credentials: "omit" });
  const text = await response.text();
  return { response, text, ms: Math.round(performance.now() - started) };
}

function pretty(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

function form(path, method, operation) {
  const inputs = [];
  const made = element("form", { novalidate: "" });
  const parameters = (operation.parameters || []).map(resolve);
  if (parameters.length) made.append(element("h3", {}, "Parameters"));
  made.append(...parameters.map((parameter) => parameterField(parameter, inputs)));
  const body = operation.requestBody ? bodyField(resolve(operation.requestBody)) : null;
  if (body) made.append(body.part);
  const status = element("p", { role: "status" });
  const output = element("pre", { tabindex: "0", "aria-label": "The answer", hidden: "" });
  const copy = element("button", { type: "button", class: "second" }, "Copy as curl");
  made.append(element("button", { type: "submit" }, "Send"), " ", copy, status, output);
  if (body) useOwnIds(body.area);
  copy.addEventListener("click", async () => {
    output.textContent = curlLine(method, addressOf(path, operation, inputs), operation, body);
    output.hidden = false;
    status.className = "";
    try {
      await navigator.clipboard.writeText(output.textContent);
      status.textContent = "Copied. It reads the token from $TOKEN.";
    } catch {
      status.textContent = "Copy it from here. It reads the token from $TOKEN.";
    }
  });
  made.addEventListener("submit", async (event) => {
    event.preventDefault();
    const empty = inputs.find(({ control }) => control.required && !control.value.trim());
    output.hidden = true;
    if (empty) {
      status.className = "bad";
      status.textContent = empty.parameter.name + " is required.";
      empty.control.focus();
      return;
    }
    status.className = "";
    status.textContent = "Sending …";
    try {
      const { response, text, ms } = await send(method, addressOf(path, operation, inputs), operation, body);
      status.className = response.ok ? "good" : "bad";
      status.textContent = response.status + " " + response.statusText + " in " + ms + " ms";
      output.textContent = pretty(text) || "(no body)";
      output.hidden = false;
    } catch (error) {
      status.className = "bad";
      status.textContent = "The call failed: " + error.message;
    }
  });
  return made;
}

function operationPart(path, method, operation) {
  const title = [element("span", { class: "method" }, method.toUpperCase()), element("code", {}, path)];
  const made = element("details", { class: "operation", id: operation.operationId });
  made.append(element("summary", {}, ...title, " " + operation.summary));
  made.dataset.text = [method, path, operation.summary, operation.operationId].join(" ").toLowerCase();
  made.addEventListener("toggle", () => {
    if (made.open) history.replaceState(null, "", "#" + operation.operationId);
    if (!made.open || made.children.length > 1) return;
    const about = operation.description ? element("p", {}, ...prose(operation.description)) : null;
    made.append(element("div", {}, about, form(path, method.toUpperCase(), operation), answersPart(operation)));
  });
  return made;
}

function operations() {
  return Object.entries(spec.paths).flatMap(([path, item]) =>
    methods.filter((method) => item[method]).map((method) => ({ path, method, operation: item[method] })));
}

function show() {
  byId("about").replaceChildren(...prose(spec.info.description));
  byId("operations").replaceChildren();
  const contents = element("ul", {});
  for (const tag of spec.tags) {
    const section = element("section", { id: "tag-" + tag.name, "aria-labelledby": "title-" + tag.name });
    section.append(element("h2", { id: "title-" + tag.name }, tag.name), element("p", {}, ...prose(tag.description)));
    for (const { path, method, operation } of operations()) {
      if (operation.tags.includes(tag.name)) section.append(operationPart(path, method, operation));
    }
    byId("operations").append(section);
    contents.append(element("li", {}, element("a", { href: "#" + section.id }, tag.name)));
  }
  byId("contents").replaceChildren(contents);
}

byId("search").addEventListener("input", (event) => {
  const words = event.target.value.toLowerCase().split(/\s+/);
  for (const section of document.querySelectorAll("section")) {
    const shown = [...section.querySelectorAll("details.operation")].filter((part) => {
      part.hidden = !words.every((word) => part.dataset.text.includes(word));
      return !part.hidden;
    });
    section.hidden = shown.length === 0;
  }
  const found = document.querySelector("details.operation:not([hidden])");
  byId("nothing").textContent = found ? "" : "No operation has all of these words.";
});

byId("key").addEventListener("submit", (event) => event.preventDefault());
byId("token").addEventListener("change", () => {
  remember(byId("token").value.trim());
  ownIds.clear();
  document.querySelectorAll("details[open] textarea").forEach(useOwnIds);
});

// The token outlives a reload of the page, but not the tab; where the browser forbids that, it does not.
function remember(token) {
  try {
    sessionStorage.setItem("token", token);
  } catch { /* then it has to be typed again */ }
}

function recall() {
  try {
    byId("token").value = sessionStorage.getItem("token") || "";
  } catch { /* as if there were none */ }
}

// Opens what the address names: `/docs#alerts_hand_off`.
function openLinked() {
  const linked = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!linked) return;
  if (linked.hidden) {
    byId("search").value = "";
    byId("search").dispatchEvent(new Event("input"));
  }
  if (linked.matches("details.operation")) linked.open = true;
  linked.scrollIntoView();
}

addEventListener("hashchange", openLinked);

async function load() {
  byId("source").setAttribute("href", base + "/api/v4/openapi.json");
  try {
    const response = await fetch(base + "/api/v4/openapi.json", { credentials: "omit" });
    if (!response.ok) throw new Error("it answered " + response.status);
    spec = await response.json();
    show();
    openLinked();
  } catch (error) {
    byId("loading").textContent = "The document could not be loaded: " + error.message;
  }
}

recall();
load();
