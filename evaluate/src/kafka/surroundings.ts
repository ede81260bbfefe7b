import { randomBytes } from 'node:crypto';
import { createClient } from '@clickhouse/client';
import { kafkaClient, type LocalConfig } from '@spanwise/local';

/** The configuration with topics and tables of an evaluation's own: servers that are given hold what is other people's. */
export function ownSurroundings(config: LocalConfig): LocalConfig {
  const id = randomBytes(4).toString('hex');
  return {
    ...config,
    topicPrefix: `${config.topicPrefix}evaluate-${id}.`,
    database: `${config.database}_evaluate_${id}`,
  };
}

/** Removes those topics and tables from servers that were given; embedded ones go with their data. */
export async function leaveNothing({ brokers, clickhouseUrl, ...config }: LocalConfig): Promise<void> {
  if (brokers) {
    const admin = kafkaClient(brokers).admin();
    await admin.connect();
    try {
      const isOurs = (name: string) => name.startsWith(config.topicPrefix);
      await admin.deleteTopics({ topics: (await admin.listTopics()).filter(isOurs) });
      const { groups } = await admin.listGroups();
      // one that has members still goes when they have been away for a while
      await admin.deleteGroups(groups.map(({ groupId }) => groupId).filter(isOurs)).catch(() => {});
    } finally {
      await admin.disconnect();
    }
  }
  if (clickhouseUrl) {
    const { clickhouseUser: username, clickhousePassword: password, database } = config;
    const client = createClient({ url: clickhouseUrl, username, password });
    try {
      await client.command({ query: `DROP DATABASE IF EXISTS ${database}` });
    } finally {
      await client.close();
    }
  }
}
