// Written by `npm run train:evidence`.

/**
 * By how much the odds that a model answers well are higher where another has answered the same request well than where
 * it has answered badly, as a natural logarithm. Learned from recorded outcomes of mix7, zeroeval, mmlu_pro, bfcl.
 */
export const SHARED_FATE = 2.03
