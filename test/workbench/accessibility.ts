import axe from 'axe-core';
import type { Frame } from 'playwright-core';
import { expect } from 'vitest';
import type { Theme, Workbench } from './driver.ts';

/** What axe-core finds in a page that is serious or worse: rule, element and reason, a line each. */
export async function violations(page: Frame): Promise<string[]> {
  await page.evaluate(axe.source);
  const found = await page.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: typeof import('axe-core') };
    const { violations } = await axe.run(document, { resultTypes: ['violations'] });
    return violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
  });
  return found.flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => `${id}: ${html}\n${failureSummary}`));
}

/** Takes a picture of a webview's page in every theme, and expects no serious violation in any. */
export async function lookAt(workbench: Workbench, name: string, page: string): Promise<void> {
  const found: Partial<Record<Theme, string[]>> = {};
  await workbench.screenshotInThemes(name, async (theme) => {
    found[theme] = await violations(await workbench.webview(page));
  });
  expect(found, name).toEqual({ light: [], dark: [], hc: [], 'hc-light': [] });
}
