// Compiles src/kernels (AssemblyScript) twice, with and without fused multiply-add, bundles the worker, and writes both into
// src/core/engine/wasm/generated.ts: so every bundle and test holds its engine and no file has to be found at run time. Typed calls of
// the kernels go into calls.generated.ts beside it.
import { build } from 'esbuild';
import asc from 'assemblyscript/asc';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { kernelCalls } from './kernelCalls.mjs';

const folder = 'src/core/engine/wasm';

function write(name, text) {
  const target = `${folder}/${name}`;
  if (!existsSync(target) || readFileSync(target, 'utf8') !== text) writeFileSync(target, text);
}

const sources = readdirSync('src/kernels').filter((name) => name.endsWith('.ts'));
// the worker, bundled below, has the kernels' names from it
write(
  'calls.generated.ts',
  kernelCalls(Object.fromEntries(sources.map((name) => [name, readFileSync(`src/kernels/${name}`, 'utf8')]))),
);

/** The kernels' static data must end below the control block (see src/core/engine/wasm/machine.ts). */
const STATIC_END = 65536;

async function kernels(features) {
  const { error, stdout, stderr, binary } = await compile(features);
  if (error) throw new Error(`the kernels do not compile\n${stdout}${stderr}`);
  return binary;
}

async function compile(features) {
  let binary;
  const args = ['src/kernels/index.ts', '-O3', '--noAssert', '--runtime', 'stub', '--enable', features];
  args.push('--importMemory', '--sharedMemory', '--initialMemory', '16', '--maximumMemory', '65536');
  const out = await asc.main([...args, '-o', 'kernels.wasm'], {
    readFile: (name, base) => {
      const path = `${base}/${name}`;
      return existsSync(path) ? readFileSync(path, 'utf8') : null;
    },
    writeFile: (name, data) => {
      if (name.endsWith('.wasm')) binary = data;
    },
    listFiles: () => [],
  });
  return { error: out.error, stdout: out.stdout.toString(), stderr: out.stderr.toString(), binary };
}

const [fused, plain, worker] = await Promise.all([
  kernels('simd,threads,relaxed-simd'),
  kernels('simd,threads'),
  build({
    entryPoints: [`${folder}/worker.ts`],
    bundle: true,
    write: false,
    minify: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
  }),
]);
checkStatic(plain);

function checkStatic(binary) {
  const memory = new WebAssembly.Memory({ initial: 16, maximum: 65536, shared: true });
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(binary), { env: { memory, abort() {} } });
  const end = exports.staticEnd?.value ?? Number.POSITIVE_INFINITY;
  if (end > STATIC_END) throw new Error(`static data ends at ${end}, past ${STATIC_END}`);
}

const base64 = (bytes) => Buffer.from(bytes).toString('base64');
write(
  'generated.ts',
  `// Written by scripts/kernels.mjs; not checked in.
export const fusedKernels = '${base64(fused)}';
export const plainKernels = '${base64(plain)}';
export const workerSource = ${JSON.stringify(worker.outputFiles[0].text)};
`,
);
