// Times sift: reads {"rules": [...], "documents": [...], "seconds": n} from standard input, prints {"matches_per_second": n}.
// Every rule is compiled once, then all rules are tried on all documents, over and over.
import { readFileSync } from "node:fs";
import sift from "sift";

const { rules, documents, seconds = 1 } = JSON.parse(readFileSync(0, "utf8"));
const testers = rules.map((rule) => sift(rule));

function rounds(milliseconds) {
  const start = performance.now();
  let count = 0;
  let found = 0;
  while (performance.now() - start < milliseconds) {
    for (const document of documents) {
      for (const tester of testers) {
        if (tester(document)) found += 1;
      }
    }
    count += documents.length * testers.length;
  }
  return { perSecond: (count * 1000) / (performance.now() - start), found };
}

rounds(300);
const { perSecond, found } = rounds(seconds * 1000);
console.log(JSON.stringify({ matches_per_second: Math.round(perSecond), found }));
