import {
  type AgentSettings,
  type HandoffContract,
  type RunDetector,
  type RunDetectorSettings,
  runDetectorsByAgent,
} from '@spanwise/detectors';

/** What operators declare of their agents, as it stands in the settings file. */
export interface DetectorSettings {
  /** What handoffs must carry. */
  readonly contracts: readonly HandoffContract[];
  /** JSON Schemas of arguments, by tool. */
  readonly toolSchemas: Readonly<Record<string, unknown>>;
  /** Context keys that every receiver needs, or those of some, by agent. */
  readonly criticalKeys: readonly string[] | Readonly<Record<string, readonly string[]>>;
  /** Settings by pattern, other than these. */
  readonly patterns: RunDetectorSettings;
  /** The same for single agents. */
  readonly agents: AgentSettings;
}

export const noSettings: DetectorSettings = {
  contracts: [],
  toolSchemas: {},
  criticalKeys: [],
  patterns: {},
  agents: {},
};

/** The detectors in these settings. Throws an Error that says which contract is none. */
export function detectorsOf({
  contracts,
  toolSchemas,
  criticalKeys,
  patterns,
  agents,
}: DetectorSettings): RunDetector[] {
  const declared: RunDetectorSettings = {
    ...patterns,
    context_contract_violation: { ...patterns.context_contract_violation, contracts },
    context_decay: { ...patterns.context_decay, criticalKeys },
    tool_misrouting: { ...patterns.tool_misrouting, schemas: toolSchemas },
  };
  return runDetectorsByAgent(declared, agents);
}
