/** Names and values of one thing, as a list for definitions. */
import { SimpleGrid, Text } from '@mantine/core';
import type { ReactNode } from 'react';

interface Props {
  facts: readonly (readonly [name: string, value: ReactNode])[];
  /** It stands in a card beside others. */
  isNarrow?: boolean;
}

export function Facts({ facts, isNarrow = false }: Props) {
  const cols = isNarrow ? { base: 1, xs: 2 } : { base: 1, xs: 2, md: 4 };
  return (
    <SimpleGrid component="dl" cols={cols} verticalSpacing="xs" m={0}>
      {facts.map(([name, value]) => (
        <div key={name}>
          <Text component="dt" size="sm" c="dimmed">
            {name}
          </Text>
          <Text component="dd" m={0} style={{ overflowWrap: 'anywhere' }}>
            {value}
          </Text>
        </div>
      ))}
    </SimpleGrid>
  );
}
