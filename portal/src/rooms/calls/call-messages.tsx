/** The messages of a call: what was sent, and what was answered. */
import { Group, List, Paper, Stack, Text, Title } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Schemas } from '../../api/client.ts';
import { CodeBlock } from '../../ui/code.tsx';
import { TextLink } from '../../ui/link.tsx';
import { Time } from '../../ui/time.tsx';
import { useTroubleText } from './finding-text.ts';
import { OutcomeSign } from './signs.tsx';
import classes from './call-messages.module.css';

interface Props {
  organisation: string;
  timeline: Schemas['Timeline'];
}

export function CallMessages({ organisation, timeline: { messages, endpoints } }: Props) {
  const { t } = useTranslation();
  if (messages.length === 0) return null;
  const hosts = new Map(endpoints.map(({ id, host }) => [id, host]));
  return (
    <Stack gap="sm" component="section">
      <Title order={2} size="h4">
        {t('calls.messages.title')}
      </Title>
      {messages.map((message) => (
        <Message
          key={message.id}
          organisation={organisation}
          message={message}
          to={hosts.get(message.endpoint) ?? message.endpoint}
        />
      ))}
    </Stack>
  );
}

interface MessageProps {
  organisation: string;
  message: Schemas['MessageWithAttempts'];
  to: string;
}

function Message({ organisation, message, to }: MessageProps) {
  const { t } = useTranslation();
  const { id, body, outcome, next_attempt_at: next } = message;
  const state = t(`calls.messageStates.${body.state}`);
  return (
    <Paper
      withBorder
      p="md"
      id={id}
      tabIndex={-1}
      className={classes.message}
      component="article"
      aria-labelledby={`${id}-title`}
    >
      <Stack gap="xs">
        <Group justify="space-between" gap="xs">
          <Title order={3} size="h6" id={`${id}-title`}>
            {t('calls.messages.one', { number: body.seq_num, state, to })}
          </Title>
          <OutcomeSign outcome={outcome} />
        </Group>
        <Attempts message={message} />
        {next !== undefined && (
          <Text size="sm" c="dimmed">
            {t('calls.messages.next')} <Time at={next} as="clock" />
          </Text>
        )}
        <details>
          <summary>{t('calls.messages.body')}</summary>
          <CodeBlock text={JSON.stringify(body, null, 2)} label={t('calls.messages.bodyOf', { state, to })} />
          <TextLink size="sm" to="/o/$organisation/messages/$message" params={{ organisation, message: id }}>
            {t('calls.messages.open')}
          </TextLink>
        </details>
      </Stack>
    </Paper>
  );
}

function Attempts({ message: { attempts } }: { message: Schemas['MessageWithAttempts'] }) {
  const { t, i18n } = useTranslation();
  const milliseconds = new Intl.NumberFormat(i18n.language, { style: 'unit', unit: 'millisecond' });
  const troubleText = useTroubleText();
  if (attempts.length === 0) return <Text size="sm">{t('calls.messages.notYet')}</Text>;
  return (
    <List size="sm" type="ordered">
      {attempts.map(({ number, started_at, duration_ms, outcome, status_code, detail }) => (
        <List.Item key={number}>
          <Time at={started_at} as="clock" />{' '}
          {outcome === 'delivered'
            ? t('calls.messages.accepted', { status: status_code })
            : troubleText({ code: outcome, status_code, detail })}
          , {milliseconds.format(Math.round(duration_ms))}
        </List.Item>
      ))}
    </List>
  );
}
