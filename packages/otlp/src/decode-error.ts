/** A payload that is no OTLP trace request. `message` is for whoever sent it; sending it again gives the same. */
export class OtlpDecodeError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'OtlpDecodeError';
  }
}
