import { Button, Group, Table, Text, VisuallyHidden } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { ConfirmButton } from '../../ui/confirm.tsx';
import { Problem } from '../../ui/problem.tsx';
import { WideTable } from '../../ui/wide-table.tsx';
import type { FunctionNumber } from './function-numbers.ts';

interface Props {
  items: readonly FunctionNumber[];
  mayChange: boolean;
  change: (one: FunctionNumber) => void;
  remove: (number: string) => Promise<void>;
}

export function FunctionNumberTable({ items, mayChange, change, remove }: Props) {
  const { t } = useTranslation();
  const removal = useMutation({ mutationFn: remove });
  return (
    <>
      <Problem problem={removal.error} />
      <WideTable label={t('functionNumbers.title')} minWidth={480}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('functionNumbers.number')}</Table.Th>
            <Table.Th>{t('functionNumbers.kind')}</Table.Th>
            {mayChange && (
              <Table.Th>
                <VisuallyHidden>{t('functionNumbers.actions')}</VisuallyHidden>
              </Table.Th>
            )}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {items.map((one) => (
            <Table.Tr key={one.number}>
              <Table.Td>
                <Text size="sm" fw={600}>
                  {one.number}
                </Text>
              </Table.Td>
              <Table.Td>{t(`functionNumbers.kinds.${one.kind}`)}</Table.Td>
              {mayChange && (
                <Table.Td>
                  <Group gap="xs" justify="flex-end" wrap="nowrap">
                    <Button size="xs" variant="default" onClick={() => change(one)}>
                      {t('ui.edit')}
                    </Button>
                    <ConfirmButton
                      size="xs"
                      question={t('functionNumbers.removeQuestion', { number: one.number })}
                      does={t('functionNumbers.remove')}
                      confirm={() => removal.mutate(one.number)}
                    >
                      {t('ui.remove')}
                    </ConfirmButton>
                  </Group>
                </Table.Td>
              )}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </WideTable>
    </>
  );
}
