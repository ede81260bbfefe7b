/** Deepest nesting of arrays and maps in one attribute. protobuf's own limit of 100 messages allows about 33. */
export const MAX_VALUE_DEPTH = 64;

/** Events, and links, kept of one span (SDKs keep 128); the rest is counted as dropped. */
export const MAX_EVENTS_PER_SPAN = 1024;
export const MAX_LINKS_PER_SPAN = 1024;
