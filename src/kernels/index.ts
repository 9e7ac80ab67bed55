// Entry of the kernels. Each works on one tile: (tile, scratch of this thread, address of the arguments).
export { adam, sumSquares } from './adam';
export {
  averageForward,
  averageMeanGradient,
  averageMeans,
  averageWeightGradient,
  averageWordGradient,
} from './average';
export { collectWinners, convolutionGradient, convolve, pairMax, pairMaxGradient } from './convolution';
export { dropout, forward, gateSum, inputGradient, output, packColumns, packRows, weightGradient } from './dense';
export { linearLogits, linearRows, linearScore, linearSolve } from './linear';
export { word2vecDraw, word2vecLogits, word2vecSteps } from './word2vec';
export {
  countWinningWords,
  gatherWords,
  listWinningWords,
  placeWinningWords,
  wordGradient,
  wordMask,
  wordUpdate,
} from './embedding';

/** End of the static data: the host checks that its own memory begins above. */
export const staticEnd: usize = __heap_base;
