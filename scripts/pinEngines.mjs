// Prints the SHA-256 of every archive that Install Engine downloads, for src/core/engine/install/table.ts:
//   node scripts/pinEngines.mjs
// Compare them with what the publishers state before they are written down. Needs the network.
import { build } from 'esbuild';
import { createHash } from 'node:crypto';

const options = { bundle: true, platform: 'node', format: 'esm', write: false, logLevel: 'error' };
const { outputFiles } = await build({ ...options, entryPoints: ['src/core/engine/install/table.ts'] });
const { downloadsOf } = await import(
  `data:text/javascript;base64,${Buffer.from(outputFiles[0].text).toString('base64')}`
);

const platforms = [
  ['linux', 'x64'],
  ['darwin', 'x64'],
];
const all = platforms.flatMap(([platform, arch]) =>
  ['tensorflow', 'webgpu'].flatMap((engine) => downloadsOf(engine, { platform, arch })),
);
for (const url of new Set(all.map((download) => download.url))) {
  const hash = createHash('sha256');
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url}: HTTP ${response.status}`);
  for await (const chunk of response.body) hash.update(chunk);
  console.log(`${hash.digest('hex')}  ${url}`);
}
