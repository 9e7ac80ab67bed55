/** Euclidean norm of all gradients together. */
export function globalNorm(gradients: Iterable<Float64Array>): number {
  let sum = 0;
  for (const gradient of gradients) for (const g of gradient) sum += g * g;
  return Math.sqrt(sum);
}

/** Scales all gradients by min(1, limit / (norm + 1e-6)), as PyTorch's clip_grad_norm_ does. Returns the norm before. */
export function clipGradients(gradients: Iterable<Float64Array>, limit: number): number {
  const all = [...gradients];
  const norm = globalNorm(all);
  const scale = limit / (norm + 1e-6);
  if (scale < 1) for (const gradient of all) for (let i = 0; i < gradient.length; i++) gradient[i] *= scale;
  return norm;
}
