/** The first step of an import: a file or pasted rows, and what columns there may be. */
import { Button, Code, FileButton, Group, Paper, Stack, Table, Text, Textarea, Title } from '@mantine/core';
import { IconDownload, IconFile } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { WideTable } from '../../ui/wide-table.tsx';
import { useColumnTitles } from './column-titles.ts';
import { DEVICE_TYPES } from './device-types.ts';
import { download } from './download.ts';
import { COLUMNS, rowsOf, type User } from './user-columns.ts';
import { useSystems } from './users.ts';

/** More than 10,000 users take. */
const MOST_BYTES = 8 * 1024 * 1024;

export function ImportSource({ take }: { take: (text: string) => void }) {
  const { t } = useTranslation();
  const [pasted, setPasted] = useState('');
  const [isTooLarge, setIsTooLarge] = useState(false);
  const read = async (file: File | null) => {
    if (file === null) return;
    setIsTooLarge(file.size > MOST_BYTES);
    if (file.size > MOST_BYTES) return;
    const { textOfFile } = await import('./csv.ts');
    take(textOfFile(new Uint8Array(await file.arrayBuffer())));
  };
  return (
    <Stack gap="xl">
      <Paper withBorder p="md">
        <Stack>
          <Group>
            <FileButton accept=".csv,.txt,text/csv,text/plain" onChange={(file) => void read(file)}>
              {(props) => (
                <Button {...props} leftSection={<IconFile size={16} aria-hidden />}>
                  {t('users.import.choose')}
                </Button>
              )}
            </FileButton>
            <Template />
          </Group>
          {isTooLarge && (
            <Text c="var(--mantine-color-error)" role="alert">
              {t('users.import.tooLarge')}
            </Text>
          )}
          <Textarea
            label={t('users.import.paste')}
            description={t('users.import.pasteAbout')}
            rows={6}
            value={pasted}
            onChange={({ currentTarget }) => setPasted(currentTarget.value)}
          />
          <Group>
            <Button variant="default" disabled={pasted.trim() === ''} onClick={() => take(pasted)}>
              {t('users.import.look')}
            </Button>
          </Group>
        </Stack>
      </Paper>
      <Columns />
    </Stack>
  );
}

function Template() {
  const { t, i18n } = useTranslation();
  const titles = useColumnTitles();
  const { systems } = useSystems();
  const example: User = {
    user_id: 'aino.virtanen@example.com',
    email: 'aino.virtanen@example.com',
    numbers: ['+358942721001'],
    extensions: ['1001'],
    devices: [{ address: 'PJSIP/1001', type: 'DESKTOP', source: systems[0] ?? 'pbx' }],
  };
  const name = `${t('users.import.templateName')}.csv`;
  return (
    <Button
      variant="default"
      leftSection={<IconDownload size={16} aria-hidden />}
      onClick={() => void download(name, rowsOf([example], titles), i18n.language)}
    >
      {t('users.import.template')}
    </Button>
  );
}

function Columns() {
  const { t } = useTranslation();
  return (
    <Stack gap="xs">
      <Title order={2} size="h4">
        {t('users.import.columns')}
      </Title>
      <Text c="dimmed" maw={720}>
        {t('users.import.columnsAbout')}
      </Text>
      <WideTable label={t('users.import.columns')} minWidth={300}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('users.import.column')}</Table.Th>
            <Table.Th>{t('users.import.holds')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {COLUMNS.map((name) => (
            <Table.Tr key={name}>
              <Table.Td>
                <Code>{t(`users.columns.${name}`)}</Code>
              </Table.Td>
              <Table.Td>{t(`users.import.hold.${name}`)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </WideTable>
      <Title order={3} size="h5">
        {t('users.type')}
      </Title>
      <Group gap="xs">
        {DEVICE_TYPES.map((type) => (
          <Text key={type} size="sm">
            <Code>{type}</Code> {t(`users.types.${type}`)}
          </Text>
        ))}
      </Group>
    </Stack>
  );
}
