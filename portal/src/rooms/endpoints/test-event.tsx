/** Sends a made-up message now, and tells what the receiver made of it. */
import { Alert, Button, Group, Paper, Select, Stack, Text, Title } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Schemas } from '../../api/client.ts';
import { CodeBlock } from '../../ui/code.tsx';
import { durationWords } from '../../ui/duration.ts';
import { Facts } from '../../ui/facts.tsx';
import { Problem } from '../../ui/problem.tsx';
import { codeWords } from '../messages/failure-words.ts';
import { useTest, type Place } from './endpoints.ts';

const STATES = ['EARLY', 'CONFIRMED', 'TERMINATED'] as const;

export function TestEvent({ place }: { place: Place }) {
  const { t } = useTranslation();
  const [state, setState] = useState<(typeof STATES)[number]>('EARLY');
  const test = useTest(place);
  return (
    <Paper withBorder p="lg">
      <Stack>
        <div>
          <Title order={2} size="h4">
            {t('endpoints.test.title')}
          </Title>
          <Text size="sm" c="dimmed">
            {t('endpoints.test.about')}
          </Text>
        </div>
        <Group align="flex-end">
          <Select
            label={t('endpoints.test.state')}
            allowDeselect={false}
            value={state}
            data={STATES.map((value) => ({ value, label: t(`endpoints.state.${value}`) }))}
            onChange={(value) => setState(value as typeof state)}
          />
          <Button loading={test.isPending} onClick={() => test.mutate({ state })}>
            {t('endpoints.test.send')}
          </Button>
        </Group>
        <Problem problem={test.error} />
        <div aria-live="polite">{test.data && <Answer tested={test.data} />}</div>
      </Stack>
    </Paper>
  );
}

function Answer({ tested }: { tested: Schemas['Tested'] }) {
  const { t, i18n } = useTranslation();
  const { title, todo } = codeWords(i18n, tested.outcome);
  return (
    <Stack>
      <Alert
        color={tested.delivered ? 'green' : 'red'}
        title={tested.delivered ? t('endpoints.test.delivered') : title}
      >
        <Stack gap={6}>
          {!tested.delivered && (
            <>
              <Text size="sm">{todo}</Text>
              <Text size="sm" lang="en">
                {tested.says}
              </Text>
            </>
          )}
          {tested.delivered && <Text size="sm">{t('endpoints.test.deliveredText')}</Text>}
        </Stack>
      </Alert>
      <Facts
        facts={[
          [t('endpoints.test.status'), tested.status ?? t('endpoints.test.none')],
          [t('endpoints.test.duration'), durationWords(i18n.language, tested.duration_ms)],
        ]}
      />
      {tested.response_body !== undefined && (
        <CodeBlock text={tested.response_body} label={t('endpoints.test.body')} />
      )}
      <Text size="sm" fw={600}>
        {t('endpoints.test.sent')}
      </Text>
      <CodeBlock text={JSON.stringify(tested.sent, null, 2)} label={t('endpoints.test.sent')} />
    </Stack>
  );
}
