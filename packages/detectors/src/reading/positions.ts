/** What somebody who takes part in finding a consensus holds: fields with short values. */
export type Position = [field: string, value: string | number][];

const MOST_FIELDS = 8;
const MOST_VALUE = 40;
const MOST_TEXT = 8_192;
/** Fields that differ between those who agree. */
const NO_POSITION =
  /^(?:confidence|certainty|score|round|turn|step|reason\w*|rationale|explanation|comment\w*|argument\w*|notes?|summary|analysis|agent|speaker|author|role|name|from|to|time\w*|\w*_at|\w*_id|id|uuid)$/i;
const STATED =
  /(?:^|\n)[\s*_#-]*((?:my )?(?:final )?(?:vote|decision|verdict|position|proposal|choice|recommendation|stance|answer|estimate))[\s*_]*[:=][\s*_"]*([^\n.;,*"]{1,40})/gi;

function add(field: string, value: unknown, into: Position): void {
  if (into.length >= MOST_FIELDS || NO_POSITION.test(field)) return;
  if (typeof value === 'number') into.push([field, value]);
  else if (typeof value === 'boolean') into.push([field, String(value)]);
  else if (typeof value === 'string' && value.length > 0 && value.length <= MOST_VALUE)
    into.push([field, value.trim().toLowerCase()]);
}

/** The position that a text states, as a JSON object or in lines like `Vote: approve`; empty for prose. */
export function positionIn(text: string): Position {
  const position: Position = [];
  if (text.length > MOST_TEXT) return position;
  const [from, to] = [text.indexOf('{'), text.lastIndexOf('}')];
  if (from >= 0 && to > from) {
    try {
      const value: unknown = JSON.parse(text.slice(from, to + 1));
      if (typeof value === 'object' && value !== null && !Array.isArray(value))
        for (const [field, inner] of Object.entries(value)) add(field, inner, position);
    } catch {
      // no JSON: what follows reads it as words
    }
  }
  if (position.length === 0) {
    for (const [, label = '', value = ''] of text.matchAll(STATED))
      add(label.toLowerCase().replace(/^(?:my )?(?:final )?/, ''), value, position);
  }
  return position;
}
