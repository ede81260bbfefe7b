import type { ObservedTools, ToolCounts } from '../detector/normals.ts';
import type { Subject } from './subject.ts';

/** An agent of more has no tools by which it could be known. */
const MOST_TOOLS = 64;
const LONGEST_NAME = 128;
const MOST_RELEASES = 8;

/** What was seen so often is not forgotten: that a tool is rare does not make it another agent's. */
const KEPT = 3;
const half = (count: number): number => Math.max(Math.min(count, KEPT), count >> 1);

function addTool(counts: ToolCounts, name: string, calling: number, offered: number): void {
  const known = counts.tools.find((tool) => tool[0] === name);
  if (known) {
    known[1] += calling;
    known[2] += offered;
  } else if (counts.tools.length < MOST_TOOLS && name.length <= LONGEST_NAME)
    counts.tools.push([name, calling, offered]);
  else counts.isOpen = true;
}

function addRelease(counts: ToolCounts, release: string, runs: number): void {
  const at = counts.releases.findIndex(([known]) => known === release);
  const [known] = at < 0 ? [] : counts.releases.splice(at, 1);
  counts.releases.push([release, (known?.[1] ?? 0) + runs]);
  if (counts.releases.length > MOST_RELEASES) counts.releases.shift();
}

/** The tools of an agent. */
export const toolSubject: Subject<ToolCounts, Pick<ObservedTools, 'release' | 'called' | 'offered'>> = {
  empty: () => ({ runs: 0, offering: 0, tools: [], isOpen: false, releases: [] }),
  learn(counts, { release, called, offered }) {
    counts.runs += 1;
    for (const name of called) addTool(counts, name, 1, 0);
    if (offered) {
      counts.offering += 1;
      for (const name of offered) addTool(counts, name, 0, 1);
    }
    addRelease(counts, release, 1);
  },
  seen: ({ runs }) => runs,
  halve(counts) {
    counts.runs >>= 1;
    counts.offering >>= 1;
    for (const tool of counts.tools) {
      tool[1] = half(tool[1]);
      tool[2] = half(tool[2]);
    }
    for (const release of counts.releases) release[1] = half(release[1]);
  },
  merge(counts, apart) {
    counts.runs += apart.runs;
    counts.offering += apart.offering;
    for (const [name, calling, offered] of apart.tools) addTool(counts, name, calling, offered);
    counts.isOpen ||= apart.isOpen;
    for (const [release, runs] of apart.releases) addRelease(counts, release, runs);
  },
};
