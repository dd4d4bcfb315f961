// Renders with the real Handlebars: one JSON object {template, data} per line in, {text} or {error} per line out.
import Handlebars from "handlebars";
import { createInterface } from "node:readline";

for (const level of ["debug", "info", "warn", "error"]) Handlebars.logger[level] = () => {};
Handlebars.logger.log = () => {};

for await (const line of createInterface({ input: process.stdin })) {
  const { template, data } = JSON.parse(line);
  try {
    process.stdout.write(JSON.stringify({ text: Handlebars.compile(template)(data) }) + "\n");
  } catch (error) {
    process.stdout.write(JSON.stringify({ error: String(error.message) }) + "\n");
  }
}
