import { expect, test } from 'vitest';
import { PrerequisiteError } from './errors.ts';
import { parseJavaMajor, requireJava } from './java.ts';

test.each([
  ['openjdk version "17.0.15" 2025-04-15', 17],
  ['java version "1.8.0_452"', 8],
  ['openjdk version "25" 2025-09-16', 25],
  ['Picked up JAVA_TOOL_OPTIONS: -Dx=y\nopenjdk version "21.0.2" 2024-01-16', 21],
  ['command not found', undefined],
])('%j is Java %s', (output, major) => {
  expect(parseJavaMajor(output)).toBe(major);
});

test('a missing java is one sentence that says what to install or set instead', async () => {
  const failure = await requireJava('/nowhere/bin/java').catch((error) => error);
  expect(failure).toBeInstanceOf(PrerequisiteError);
  expect(failure.message).toMatch(
    /^Kafka needs Java 17.*\/nowhere\/bin\/java.*apt-get install.*SPANWISE_KAFKA_BROKERS/,
  );
});
