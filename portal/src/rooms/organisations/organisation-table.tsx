import { Button, Code, Group, Table, VisuallyHidden } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { ConfirmButton } from '../../ui/confirm.tsx';
import { TextLink } from '../../ui/link.tsx';
import { Problem } from '../../ui/problem.tsx';
import { WideTable } from '../../ui/wide-table.tsx';
import { countryName } from './countries.ts';
import { useOrganisationChanges, type Organisation } from './organisations.ts';

interface Props {
  items: readonly Organisation[];
  mayChange: boolean;
  change: (id: string) => void;
}

export function OrganisationTable({ items, mayChange, change }: Props) {
  const { t, i18n } = useTranslation();
  const { remove } = useOrganisationChanges();
  const removal = useMutation({ mutationFn: remove });
  return (
    <>
      <Problem problem={removal.error} />
      <WideTable label={t('organisations.title')} minWidth={560}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('organisations.name')}</Table.Th>
            <Table.Th>{t('organisations.id')}</Table.Th>
            <Table.Th>{t('organisations.country')}</Table.Th>
            {mayChange && (
              <Table.Th>
                <VisuallyHidden>{t('organisations.actions')}</VisuallyHidden>
              </Table.Th>
            )}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {items.map(({ id, name, default_country }) => (
            <Table.Tr key={id}>
              <Table.Td>
                <TextLink to="/o/$organisation" params={{ organisation: id }} fw={600} size="sm">
                  {name}
                </TextLink>
              </Table.Td>
              <Table.Td>
                <Code>{id}</Code>
              </Table.Td>
              <Table.Td>{countryName(default_country, i18n.language)}</Table.Td>
              {mayChange && (
                <Table.Td>
                  <Group gap="xs" justify="flex-end" wrap="nowrap">
                    <Button size="xs" variant="default" onClick={() => change(id)}>
                      {t('ui.edit')}
                    </Button>
                    <ConfirmButton
                      size="xs"
                      question={t('organisations.removeQuestion', { name })}
                      does={t('organisations.remove')}
                      confirm={() => removal.mutate(id)}
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
