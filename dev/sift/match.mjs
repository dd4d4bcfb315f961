// Answers, for each line {"query", "document"} on standard input, what sift says: true, false or "error".
import { createInterface } from "node:readline";
import sift from "sift";

function answer({ query, document }) {
  try {
    return sift(query)(document);
  } catch {
    return "error";
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  console.log(JSON.stringify(answer(JSON.parse(line))));
}
