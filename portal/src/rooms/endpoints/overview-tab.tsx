/** How the endpoint does, switched on and off, tried, removed. */
import { Box, Group, Paper, SegmentedControl, Stack, Switch, Text, Title } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useNavigate, useRouteContext } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { ConfirmButton } from '../../ui/confirm.tsx';
import { Problem } from '../../ui/problem.tsx';
import { useCommands, type EndpointState, type Place } from './endpoints.ts';
import { FiguresPanel } from './figures-panel.tsx';
import { HealthReason } from './health.tsx';
import { SPANS, type Span } from './search.ts';
import { TestEvent } from './test-event.tsx';

export function OverviewTab({ place, state, span }: { place: Place; state: EndpointState; span: Span }) {
  const { t } = useTranslation();
  const { me } = useRouteContext({ from: '/inside' });
  const navigate = useNavigate({ from: '/o/$organisation/endpoints/$endpoint' });
  return (
    <Stack>
      <div>
        <Box aria-live="polite" mb={state.health.state === 'healthy' ? 0 : 'md'}>
          <HealthReason state={state} />
        </Box>
        {me.may_write && <OnOff place={place} state={state} />}
      </div>
      {me.may_write && <TestEvent place={place} />}
      <Paper withBorder p="lg" component="section" aria-labelledby="figures">
        <Group justify="space-between" mb="md">
          <Title order={2} size="h4" id="figures">
            {t('endpoints.figures.title')}
          </Title>
          <SegmentedControl
            aria-label={t('endpoints.figures.span')}
            value={span}
            data={SPANS.map((value) => ({ value, label: t(`endpoints.figures.spans.${value}`) }))}
            onChange={(chosen) =>
              void navigate({
                search: { tab: 'overview', span: chosen },
                replace: true,
                resetScroll: false,
              })
            }
          />
        </Group>
        <FiguresPanel place={place} span={span} />
      </Paper>
      {me.may_write && <Removal place={place} waiting={state.waiting} />}
    </Stack>
  );
}

function OnOff({ place, state }: { place: Place; state: EndpointState }) {
  const { t } = useTranslation();
  const { switching } = useCommands(place);
  const isOn = state.health.state !== 'disabled';
  return (
    <Paper withBorder p="lg">
      <Stack gap="xs">
        <Switch
          label={t('endpoints.on')}
          description={t(isOn ? 'endpoints.onAbout' : 'endpoints.offAbout')}
          checked={switching.isPending ? switching.variables : isOn}
          disabled={switching.isPending}
          onChange={(event) => switching.mutate(event.currentTarget.checked)}
        />
        {!isOn && state.waiting > 0 && (
          <Text size="sm">{t('endpoints.waiting', { count: state.waiting })}</Text>
        )}
        <Problem problem={switching.error} />
      </Stack>
    </Paper>
  );
}

function Removal({ place, waiting }: { place: Place; waiting: number }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { removal } = useCommands(place);
  const { organisation, endpoint } = place;
  const remove = async () => {
    await removal.mutateAsync();
    await navigate({ to: '/o/$organisation/endpoints', params: { organisation } });
    notifications.show({
      message: t('endpoints.removed', { name: endpoint }),
      closeButtonProps: { 'aria-label': t('ui.close') },
    });
  };
  return (
    <Stack align="flex-start">
      <ConfirmButton
        color="red"
        variant="outline"
        loading={removal.isPending}
        question={t('endpoints.removeQuestion', { name: endpoint, count: waiting })}
        does={t('endpoints.remove')}
        confirm={() => void remove().catch(() => undefined)}
      >
        {t('endpoints.remove')}
      </ConfirmButton>
      <Problem problem={removal.error} />
    </Stack>
  );
}
