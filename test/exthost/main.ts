/** Runs inside the extension host; test/exthost/exthost.e2e.ts starts it and reads the outcomes. */
import { writeFileSync } from 'node:fs';
import type { Outcome } from './check.ts';
import { activation } from './suites/activation.ts';
import { runConfig, runConfigLanguage } from './suites/runConfig.ts';

const checks = [...activation, ...runConfig, ...runConfigLanguage];

export async function run(): Promise<void> {
  const outcomes: Outcome[] = [];
  for (const { name, run } of checks) {
    try {
      await run();
      outcomes.push({ name });
    } catch (error) {
      outcomes.push({ name, failure: error instanceof Error ? (error.stack ?? error.message) : String(error) });
    }
  }
  writeFileSync(process.env.XMLCNN_OUTCOMES ?? '', JSON.stringify(outcomes));
}
