import { describe } from 'vitest';
import { createWasmEngine } from '../../../src/core/engine/wasm/wasmEngine.ts';
import { agreesWithReference, parityCases } from './parity.ts';

for (const build of ['relaxed-simd', 'simd'] as const) {
  for (const threads of [1, 3]) {
    describe(`WebAssembly engine, ${build}, ${threads} threads`, () => {
      parityCases((options) => createWasmEngine({ ...options, threads }, build), 1e-4);
      agreesWithReference((options) => createWasmEngine({ ...options, threads }, build), 1e-4);
    });
  }
}
