import type { Attributes } from './model.ts';

/**
 * Objects of this constructor inherit nothing, as those of `Object.create(null)`, but V8 gives them hidden classes: spans of
 * one shape share theirs, which makes walking their attributes cheaper.
 */
const AttributeMap = function AttributeMap() {} as unknown as new () => Attributes;
(AttributeMap as unknown as { prototype: object }).prototype = Object.freeze(Object.create(null));

export function newAttributes(): Attributes {
  return new AttributeMap();
}
