import { remembered } from './remembered.ts';

/** Words of a name: `issueRefund`, `issue_refund`, `issue-refund`, `Issue refund`. */
export const nameWords: (name: string) => readonly string[] = remembered((name) =>
  name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== ''),
);
