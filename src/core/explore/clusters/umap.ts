// A file of its own, loaded when asked for: of a CommonJS package that is imported dynamically a bundle has no named exports.
export { UMAP } from 'umap-js';
