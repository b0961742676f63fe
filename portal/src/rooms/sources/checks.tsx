/** What a look at a phone system found: each check with a sign, and what to do below it. */
import { Code, Group, Paper, Stack, Text, ThemeIcon } from '@mantine/core';
import { IconAlertTriangle, IconCheck, IconX } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { Schemas } from '../../api/client.ts';

const SIGNS = {
  fine: { color: 'teal.9', icon: IconCheck },
  improvable: { color: 'yellow.9', icon: IconAlertTriangle },
  wrong: { color: 'red.9', icon: IconX },
} as const;

export function Checks({ inspection }: { inspection: Schemas['Inspection'] }) {
  const { t } = useTranslation();
  const { system, checks, phones } = inspection;
  return (
    <Paper withBorder p="md" role="status">
      <Stack gap="sm">
        <Text fw={600}>{system}</Text>
        {checks.map(({ about, is, says, advice }) => {
          const { color, icon: Sign } = SIGNS[is];
          return (
            <Group key={about} align="flex-start" wrap="nowrap" gap="sm">
              <ThemeIcon
                color={color}
                size="sm"
                radius="xl"
                role="img"
                aria-label={t(`sources.checks.${is}`)}
              >
                <Sign size={14} aria-hidden />
              </ThemeIcon>
              <div>
                <Text size="sm">
                  <b>{about}</b> {says}
                </Text>
                {advice !== undefined && <Advice lines={advice} />}
              </div>
            </Group>
          );
        })}
        {phones !== undefined && <Text size="sm">{t('sources.phones', phones)}</Text>}
        {phones !== undefined && phones.missing.length > 0 && (
          <Text size="sm">{t('sources.missing', { list: phones.missing.slice(0, 10).join(', ') })}</Text>
        )}
      </Stack>
    </Paper>
  );
}

/** Indented lines are for the phone system's configuration. */
function Advice({ lines }: { lines: readonly string[] }) {
  const words = lines.filter((line) => !line.startsWith(' '));
  const configuration = lines.filter((line) => line.startsWith(' ')).map((line) => line.trim());
  return (
    <>
      <Text size="sm" c="dimmed">
        {words.join(' ')}
      </Text>
      {configuration.length > 0 && <Code block>{configuration.join('\n')}</Code>}
    </>
  );
}
