/**
 * What the editor has stored of its open pages: titles, views and the states that webviews keep, JSON within JSON, without the backslashes.
 * Runs in the page: the browser's editor keeps a workspace's storage in an IndexedDB of its own.
 */
export async function storedPages(): Promise<string> {
  const answer = <T>(request: IDBRequest<T>): Promise<T> =>
    new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error ?? new Error('IndexedDB gave no reason'));
    });
  const ofEditor = async (name: string): Promise<string> => {
    const database = await answer(indexedDB.open(name));
    try {
      if (!database.objectStoreNames.contains('ItemTable')) return '';
      const items = database.transaction('ItemTable', 'readonly').objectStore('ItemTable');
      return String((await answer(items.get('memento/workbench.parts.editor'))) ?? '');
    } finally {
      database.close();
    }
  };
  const names = (await indexedDB.databases()).map(({ name }) => name ?? '');
  const stored = await Promise.all(names.filter((name) => name.startsWith('vscode-web-state-db-')).map(ofEditor));
  return stored.join('\n').replaceAll('\\', '');
}
