/** Stands in for Next's polyfills: a browser that needs them has no popovers and no `light-dark()` either. */
export {};
