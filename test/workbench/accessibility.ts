import axe from 'axe-core';
import type { Frame } from 'playwright-core';
import { expect } from 'vitest';
import { type Theme, themesOf, type Workbench } from './driver.ts';

/** The rules about what a theme changes: colours. */
const rulesOfThemes = ['color-contrast', 'link-in-text-block'];

/** What axe-core finds in a page that is serious or worse, by all rules or these: rule, element and reason, a line each. */
export async function violations(page: Frame, rules?: readonly string[]): Promise<string[]> {
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(axe.source);
  const found = await page.evaluate(
    async (runOnly) => {
      const { axe } = globalThis as unknown as { axe: typeof import('axe-core') };
      const { violations } = await axe.run(document, {
        resultTypes: ['violations'],
        preload: false,
        ...(runOnly && { runOnly }),
      });
      return violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
    },
    rules && [...rules],
  );
  return found.flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => `${id}: ${html}\n${failureSummary}`));
}

/** Takes a picture of a webview's page in its themes, and expects no serious violation in any: by all rules in the first. */
export async function lookAt(workbench: Workbench, name: string, page: string): Promise<void> {
  const found: Partial<Record<Theme, string[]>> = {};
  await workbench.inThemes(name, async (theme) => {
    const rules = Object.keys(found).length > 0 ? rulesOfThemes : undefined;
    found[theme] = await violations(await workbench.webview(page), rules);
  });
  expect(found, name).toEqual(Object.fromEntries(themesOf(name).map((theme) => [theme, []])));
}
