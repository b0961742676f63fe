/** First of all: what happened, whether the CRM heard of it, why not, and what to do. */
import { Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Schemas } from '../../api/client.ts';
import { ButtonLink } from '../../ui/link.tsx';
import { Notice } from '../../ui/notice.tsx';
import { useFindingText } from './finding-text.ts';
import { verdictOf, type Finding } from './verdict.ts';

interface Props {
  organisation: string;
  timeline: Schemas['Timeline'];
}

export function Verdict({ organisation, timeline }: Props) {
  const { t } = useTranslation();
  const { kind, tone, leg, why } = verdictOf(timeline.findings);
  const textOf = useFindingText(leg?.began_at);
  const said = [leg, why].filter((finding) => finding !== undefined);
  return (
    <Notice tone={tone} title={t(`calls.verdicts.${kind}`)}>
      <Text>{said.map(textOf).join(' ')}</Text>
      {why !== undefined && <Advice organisation={organisation} finding={why} />}
    </Notice>
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
  const isEndpoints = finding.code !== 'came-late' && finding.code !== 'queued';
  return (
    <>
      <Text c="dimmed">{t(key as 'calls.advice.expired')}</Text>
      {isEndpoints && (
        <ButtonLink size="xs" variant="default" to="/o/$organisation/endpoints" params={{ organisation }}>
          {t('calls.toConnector')}
        </ButtonLink>
      )}
    </>
  );
}
