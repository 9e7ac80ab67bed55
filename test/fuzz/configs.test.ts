import { join } from 'node:path';
import { writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { nodeFiles } from '../../src/core/config/fileAccess.ts';
import { foldingOf, formatEdits, symbolsOf } from '../../src/core/config/language/structure.ts';
import { hoverAt } from '../../src/core/config/language/hover.ts';
import { loadConfig } from '../../src/core/config/load.ts';
import { presetNames } from '../../src/core/config/presets.ts';
import { validateText } from '../../src/core/config/validate.ts';
import { scratch } from '../core/data/helpers.ts';
import { fuzz } from './fuzz.ts';

const { folder } = scratch();
const configs = presetNames
  .map(
    (preset) => `// ${preset}
{
  "extends": "${preset}",
  "dataset": { "train": "train.jsonl", "validationFraction": 0.1, "textField": ["title", "text"], "onError": "skip" },
  "text": { "maxLength": 450, "stopWords": "en", "stem": true, },
  "model": { "filterSizes": [2, 4, 8], "filters": 128, "pools": 2, "hidden": null },
  "training": { "epochs": 3, "learningRate": 1e-3, "monitor": "P@1+P@5" },
  "evaluation": { "k": [1, 3, 5] }, "output": { "name": "fuzzed" } /* end */
}
`,
  )
  .map((text) => Buffer.from(text));

/** What an editor asks of a config: none of it may throw. */
function look(text: string): void {
  foldingOf(text);
  symbolsOf(text);
  formatEdits(text, { tabSize: 2, insertSpaces: true, eol: '\n' });
  for (let offset = 0; offset < text.length; offset += 97) hoverAt(text, offset, { files: nodeFiles });
}

describe('damaged run configs are judged, never more', () => {
  it('has its diagnostics within the text', async () => {
    await fuzz(configs, 150, (bytes) => {
      const text = bytes.toString('utf8');
      look(text);
      const lines = text.split(/\r\n|\r|\n/);
      for (const { range, message, severity, code } of validateText(text)) {
        expect([message, severity, code].every((part) => part !== '')).toBe(true);
        for (const { line, character } of [range.start, range.end]) {
          expect(line).toBeLessThan(lines.length);
          expect(character).toBeLessThanOrEqual(lines[line].length);
        }
      }
    });
  }, 600_000);

  it('loads or is refused', async () => {
    const path = join(folder, 'fuzzed.xmlcnn.json');
    writeFileSync(join(folder, 'train.jsonl'), '{"text":"a b c","labels":["x"]}\n');
    const told = await fuzz(configs, 150, (bytes) => {
      writeFileSync(path, bytes);
      return loadConfig(path);
    });
    expect(told.refused).toBeGreaterThan(told.read);
    expect(Object.getPrototypeOf({})).not.toHaveProperty('train');
  }, 600_000);
});
