import * as vscode from 'vscode';
import { datasetGlob } from '../../core/data/datasetEndings.ts';
import { groupDatasets, type FoundDataset } from './workspaceDatasets.ts';

const excludedFolders = ['node_modules', 'runs', '.xmlcnn', '.git', 'dist', 'out'];
const excluded = `**/{${excludedFolders.join()}}/**`;
/** Files looked at; of a workspace with more, the datasets among these are found. */
export const mostFiles = 5000;

/** The datasets of the workspace; `isCut` where it has more files than are looked at. */
export async function findDatasets(): Promise<{ datasets: FoundDataset[]; isCut: boolean }> {
  const files = await vscode.workspace.findFiles(datasetGlob, excluded, mostFiles);
  const paths = files.filter(({ scheme }) => scheme === 'file').map(({ fsPath }) => fsPath);
  return { datasets: groupDatasets(paths), isCut: files.length >= mostFiles };
}

/** Whether a file is in a folder that no datasets are looked for in: runs write files as they go. */
export function isExcluded(uri: vscode.Uri): boolean {
  return vscode.workspace
    .asRelativePath(uri)
    .split('/')
    .slice(0, -1)
    .some((name) => excludedFolders.includes(name));
}
