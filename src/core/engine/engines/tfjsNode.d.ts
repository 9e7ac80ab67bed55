// Declared here since the package is optional.
declare module '@tensorflow/tfjs-node/dist/register_all_kernels.js';
declare module '@tensorflow/tfjs-node/dist/nodejs_kernel_backend.js';
