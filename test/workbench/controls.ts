/** The controls of the pages, used as a user does. */
import type { Frame } from 'playwright-core';

/** Chooses an option of a list by their labels. */
export async function choose(page: Frame, list: string, option: string): Promise<void> {
  const dropdown = page.locator(`vscode-dropdown[aria-label="${list}"]`);
  await dropdown.click();
  await dropdown.locator('vscode-option').filter({ hasText: option }).first().click();
}
