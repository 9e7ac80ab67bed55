import { afterAll, beforeAll, beforeEach, describe, inject } from 'vitest';
import type { LaunchOptions, Workbench } from './driver.ts';
import { launch } from './driver.ts';

/**
 * A suite with one workbench for all of its tests, the packed extension installed in it. Skipped where there is no workbench.
 * A test that fails leaves a picture in test/e2e/screenshots and prints what the extension logged.
 *
 *   inWorkbench('Inspect', { fill: (folder) => cpSync('examples', folder, { recursive: true }) }, (workbench) => {
 *     it('opens a panel', async () => {
 *       await workbench().explorerMenu('train.jsonl', 'Inspect Dataset');
 *       …
 */
export function inWorkbench(title: string, options: LaunchOptions, body: (workbench: () => Workbench) => void): void {
  const extensions = inject('extensions');
  describe.skipIf(!extensions)(title, () => {
    let workbench: Workbench | undefined;
    const current = (): Workbench => {
      if (!workbench) throw new Error('The workbench is not open.');
      return workbench;
    };
    beforeAll(async () => {
      workbench = await launch({ extensions, ...options });
    });
    afterAll(() => workbench?.close());
    beforeEach(({ task, onTestFailed }) => {
      onTestFailed(async () => {
        console.log(task.result?.errors?.map(({ message }) => message).join('\n'));
        await current().screenshot(`failed-${task.name.replaceAll(/\W+/g, '-').slice(0, 60)}`);
        console.log(`The extension's log:\n${current().extensionLog().slice(-4000)}`);
        console.log(`Consoles:\n${current().consoleErrors.slice(-10).join('\n')}`);
      });
    });
    body(current);
  });
}
