import { Code, Loader, Table, Text } from '@mantine/core';
import { Fragment } from 'react';
import { useTranslation } from 'react-i18next';
import { queries, type Schemas } from '../../api/client.ts';
import { Page } from '../../ui/page.tsx';
import { Problem } from '../../ui/problem.tsx';
import classes from './settings-page.module.css';

export function SettingsPage() {
  const { t } = useTranslation();
  const found = queries.useQuery('get', '/api/v1/settings');
  return (
    <Page title={t('installation.settings.title')} about={t('installation.settings.about')}>
      <Problem problem={found.error} />
      {found.isPending && <Loader />}
      {found.data !== undefined && (
        <Table layout="fixed" aria-label={t('installation.settings.title')}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th w="58%">{t('installation.settings.name')}</Table.Th>
              <Table.Th>{t('installation.settings.value')}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {found.data.items.map((setting) => (
              <Table.Tr key={setting.name} className={classes.setting}>
                <Table.Td>
                  <Name name={setting.name} />
                </Table.Td>
                <Table.Td>
                  <Value setting={setting} />
                  {setting.from !== undefined && setting.from !== 'default' && (
                    <Text size="sm" c="dimmed">
                      {t(`installation.settings.origins.${setting.from}`)}
                    </Text>
                  )}
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
    </Page>
  );
}

/** Breaks at its underscores where there is little room. */
function Name({ name }: { name: string }) {
  const [first, ...rest] = name.split('_');
  return (
    <Code>
      {first}
      {rest.map((part) => (
        <Fragment key={part}>
          _<wbr />
          {part}
        </Fragment>
      ))}
    </Code>
  );
}

function Value({ setting }: { setting: Schemas['Setting'] }) {
  const { t } = useTranslation();
  const { value, set } = setting;
  if (!set)
    return (
      <Text size="sm" c="dimmed">
        {t('installation.settings.unset')}
      </Text>
    );
  if (value === undefined)
    return (
      <Text size="sm" c="dimmed">
        {t('installation.settings.secret')}
      </Text>
    );
  return <Code>{Array.isArray(value) ? value.join(', ') : String(value)}</Code>;
}
