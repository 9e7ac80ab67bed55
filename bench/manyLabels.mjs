// Writes a generated dataset at extreme scale: 670,091 labels and 490,000 documents (as Amazon-670K has), with power-law tails of labels and
// words, and topics that let labels occur together. Usage: node bench/manyLabels.mjs FILE [labels] [documents]
import { createWriteStream } from 'node:fs';
import { once } from 'node:events';

const [file, labelCount = '670091', documentCount = '490000'] = process.argv.slice(2);
if (!file) throw new Error('usage: node bench/manyLabels.mjs FILE [labels] [documents]');
const labels = Number(labelCount);
const documents = Number(documentCount);

let state = 12345;
function random() {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  let x = state;
  x = Math.imul(x ^ (x >>> 16), 0x7feb352d);
  x = Math.imul(x ^ (x >>> 15), 0x846ca68b);
  return ((x ^ (x >>> 16)) >>> 0) / 4294967296;
}
/** A rank in [0, n) with density ~ 1 / (rank + shift). */
const ranked = (n, shift) => Math.min(n - 1, Math.floor(shift * ((n / shift + 1) ** random() - 1)));

const topics = 2000;
const perTopic = Math.floor(labels / topics);
const out = createWriteStream(file);
for (let d = 0; d < documents; d++) {
  const topic = ranked(topics, 50);
  const own = new Set();
  const wanted = 1 + Math.floor(random() * 10);
  // every label occurs: document d carries its share of them in turn
  for (let l = Math.floor((d * labels) / documents); l < Math.floor(((d + 1) * labels) / documents); l++) own.add(l);
  while (own.size < wanted) {
    const label = random() < 0.8 ? topic + topics * ranked(perTopic, 3) : ranked(labels, 20);
    own.add(label);
  }
  const words = [];
  for (let w = 0; w < 60; w++) words.push(`w${random() < 0.3 ? topic * 50 + ranked(50, 5) : ranked(500000, 30)}`);
  const line = `${JSON.stringify({ id: String(d), text: words.join(' '), labels: [...own].map((l) => `L${l}`) })}\n`;
  if (!out.write(line)) await once(out, 'drain');
}
out.end();
await once(out, 'finish');
