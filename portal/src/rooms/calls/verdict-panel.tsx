/** First of all: what happened, whether the CRM heard of it, why not, and what to do. */
import { Group, Paper, Stack, Text, Title } from '@mantine/core';
import { IconCircleCheck, IconCircleDashed, IconCircleX, IconClockHour4 } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { Schemas } from '../../api/client.ts';
import { ButtonLink } from '../../ui/link.tsx';
import type { Tone } from '../../ui/sign.tsx';
import { useFindingText } from './finding-text.ts';
import { verdictOf, type Finding } from './verdict.ts';
import classes from './verdict-panel.module.css';

const SIGNS = { good: IconCircleCheck, busy: IconClockHour4, bad: IconCircleX, quiet: IconCircleDashed };

interface Props {
  organisation: string;
  timeline: Schemas['Timeline'];
}

export function Verdict({ organisation, timeline }: Props) {
  const { t } = useTranslation();
  const { kind, tone, leg, why } = verdictOf(timeline.findings);
  const textOf = useFindingText(leg?.began_at);
  const Picture = SIGNS[tone satisfies Tone];
  return (
    <Paper withBorder p="lg" className={classes.panel} data-tone={tone} component="section">
      <Group align="flex-start" wrap="nowrap" gap="md">
        <Picture size={32} stroke={1.8} className={classes.picture} aria-hidden />
        <Stack gap="xs" align="flex-start">
          <Title order={2} size="h4">
            {t(`calls.verdicts.${kind}`)}
          </Title>
          <Text>
            {[leg, why]
              .map((finding) => finding && textOf(finding))
              .filter(Boolean)
              .join(' ')}
          </Text>
          {why !== undefined && <Advice organisation={organisation} finding={why} />}
        </Stack>
      </Group>
    </Paper>
  );
}

/** What to do about it, where there is something to do. */
function Advice({ organisation, finding }: { organisation: string; finding: Finding }) {
  const { t, i18n } = useTranslation();
  const trouble = 'trouble' in finding ? finding.trouble?.code : undefined;
  const key = [trouble, finding.code]
    .map((code) => `calls.advice.${code}`)
    .find((candidate) => i18n.exists(candidate));
  if (key === undefined || finding.code === 'delivered-late') return null;
  const concernsUsers = finding.code === 'came-late';
  return (
    <>
      <Text c="dimmed">{t(key as 'calls.advice.expired')}</Text>
      {!concernsUsers && (
        <ButtonLink size="xs" variant="default" to="/o/$organisation/endpoints" params={{ organisation }}>
          {t('calls.toConnector')}
        </ButtonLink>
      )}
    </>
  );
}
