import { Code, Loader, Table, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { queries, type Schemas } from '../../api/client.ts';
import { Page } from '../../ui/page.tsx';
import { Problem } from '../../ui/problem.tsx';
import { WideTable } from '../../ui/wide-table.tsx';

export function SettingsPage() {
  const { t } = useTranslation();
  const found = queries.useQuery('get', '/api/v1/settings');
  return (
    <Page title={t('installation.settings.title')} about={t('installation.settings.about')}>
      <Problem problem={found.error} />
      {found.isPending && <Loader />}
      {found.data !== undefined && (
        <WideTable label={t('installation.settings.title')} minWidth={560}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t('installation.settings.name')}</Table.Th>
              <Table.Th>{t('installation.settings.value')}</Table.Th>
              <Table.Th>{t('installation.settings.from')}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {found.data.items.map((setting) => (
              <Table.Tr key={setting.name}>
                <Table.Td>
                  <Code>{setting.name}</Code>
                </Table.Td>
                <Table.Td>
                  <Value setting={setting} />
                </Table.Td>
                <Table.Td>
                  {setting.from !== undefined && t(`installation.settings.origins.${setting.from}`)}
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </WideTable>
      )}
    </Page>
  );
}

function Value({ setting }: { setting: Schemas['Setting'] }) {
  const { t } = useTranslation();
  const { value, set } = setting;
  if (!set) return <Text c="dimmed">{t('installation.settings.unset')}</Text>;
  if (value === undefined) return <Text c="dimmed">{t('installation.settings.secret')}</Text>;
  return <Code>{Array.isArray(value) ? value.join(', ') : String(value)}</Code>;
}
