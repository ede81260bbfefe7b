const ID = /("traceId":"|"(?:gen_ai\.conversation\.id|session\.id)","value":\{"stringValue":")([0-9a-f]{32})/g;

/** Another name for every trace and conversation: the same runs, which the pipeline has never seen. */
export interface Mirror {
  /** The other name of an id, and of that name the id. */
  id(id: string): string;
  /** Recorded OTLP/JSON under the other names. */
  text(otlpJson: string): string;
}

/**
 * Mirrors ids by flipping bits of their first digit; span ids, which need to be unique in their trace only, stay.
 *
 * @param bits 1 to 15; ids of mirrors with different bits differ
 */
export function mirror(bits: number): Mirror {
  const id = (name: string) => (Number.parseInt(name[0] as string, 16) ^ bits).toString(16) + name.slice(1);
  return { id, text: (otlpJson) => otlpJson.replace(ID, (_, before: string, name: string) => before + id(name)) };
}
