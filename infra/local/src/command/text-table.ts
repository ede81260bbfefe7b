export type Cell = string | number;

/** Columns padded to their widest cell; numbers, and what stands above them, to the right. */
export function table(header: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const widths = header.map((name, column) =>
    Math.max(width(name), ...rows.map((row) => width(String(row[column] ?? '')))),
  );
  const line = (cells: readonly Cell[]) =>
    widths
      .map((size, column) => pad(cells[column] ?? '', size))
      .join('  ')
      .trimEnd();
  const title = header.map((name, column) =>
    typeof rows[0]?.[column] === 'number' ? name.padStart(widths[column] ?? 0) : name,
  );
  return [line(title), widths.map((size) => '─'.repeat(size)).join('  '), ...rows.map(line)].join('\n');
}

function pad(cell: Cell, size: number): string {
  const space = ' '.repeat(size - width(String(cell)));
  return typeof cell === 'number' ? space + cell : String(cell) + space;
}

const width = (text: string): number => [...text].length;
