/** How spans get in: as blocks straight into `spans`, or as OTLP over HTTP, over gRPC, or through the Collector's topic. */
export type Route = (typeof routes)[number];

export const routes = ['block', 'http', 'grpc', 'collector'] as const;
