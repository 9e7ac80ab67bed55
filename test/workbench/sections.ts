import type { Frame } from 'playwright-core';
import type { Workbench } from './driver.ts';

/** Opens a tab of a page in a webview. */
export async function openTab(workbench: Workbench, page: string, title: string): Promise<Frame> {
  const frame = await workbench.webview(page);
  await frame.getByRole('tab', { name: title, exact: true }).click();
  return frame;
}

/** Chooses a row of a table by a text in it. */
export async function chooseRow(frame: Frame, table: string, text: string): Promise<void> {
  const row = frame
    .getByRole('grid', { name: table })
    .filter({ visible: true })
    .getByRole('row')
    .filter({ hasText: text });
  await row.first().focus();
  await row.first().press('Enter');
}
