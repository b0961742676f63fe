/** A table that scrolls by itself, also by keyboard, where the window is narrower than it needs. */
import { Table } from '@mantine/core';
import type { ReactNode } from 'react';

interface Props {
  /** What it lists. */
  label: string;
  minWidth: number;
  children: ReactNode;
}

export function WideTable({ label, minWidth, children }: Props) {
  const viewportProps = { tabIndex: 0, role: 'region', 'aria-label': label };
  return (
    <Table.ScrollContainer minWidth={minWidth} scrollAreaProps={{ viewportProps }}>
      <Table verticalSpacing="sm">{children}</Table>
    </Table.ScrollContainer>
  );
}
